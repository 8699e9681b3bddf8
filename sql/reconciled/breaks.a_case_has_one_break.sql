-- A case has at most one break, and the break's id is the digest of the case's name.
select
    case_id,
    list(break_id order by break_id) as break_ids
from reconciled.breaks
group by case_id
having count(*) > 1 or bool_or(break_id is distinct from 'brk_' || left(sha256(case_id), 20))

-- A suggested pair waits for a person's word: no break of its case is open.
with
suggested as (
    select distinct case_id from reconciled.matches where match_status = 'SUGGESTED'
)

select
    breaks.break_id,
    breaks.case_id,
    breaks.code,
    breaks.state
from reconciled.breaks as breaks
semi join suggested on breaks.case_id = suggested.case_id
where breaks.state in ('open', 'assigned', 'waiting', 'reopened')

-- A case is a BREAK only with a code that does not ride; with one it is a BREAK, AMBIGUOUS or EXCLUDED.
with
judged as (
    select
        case_id,
        unnest(list_prepend(code, secondary_codes)) as code
    from reconciled.judged_breaks
),

weighed as (
    select
        judged.case_id,
        bool_or(not catalogue.is_rider) as has_break
    from judged
    inner join reconciled.break_codes as catalogue on judged.code = catalogue.code
    group by judged.case_id
)

select distinct
    matches.case_id,
    matches.match_status,
    weighed.has_break
from reconciled.matches as matches
left join weighed on matches.case_id = weighed.case_id
where
    (matches.match_status = 'BREAK' and not coalesce(weighed.has_break, false))
    or (weighed.has_break and matches.match_status not in ('BREAK', 'AMBIGUOUS', 'EXCLUDED'))

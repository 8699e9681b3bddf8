-- Every code that holds, of a case or of a source, stands in the break of its case.
with
held as (
    select case_id, code from reconciled.case_codes
    union
    select case_id, code from reconciled.control_breaks
),

listed as (
    select
        case_id,
        unnest(list_prepend(code, secondary_codes)) as code
    from reconciled.breaks
)

select
    case_id,
    code
from held
anti join listed using (case_id, code)

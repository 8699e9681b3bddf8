-- One row per case that stands otherwise under the changed policy; the greatest money first.
-- A sentence or a piece of evidence that names another threshold alone is no change of a case.
with
former as (
    select * from preview.former
),

proposed as (
    select * from preview.proposed
)

select
    coalesce(proposed.case_id, former.case_id) as case_id,
    coalesce(proposed.break_id, former.break_id) as break_id,
    coalesce(proposed.business_date, former.business_date) as business_date,
    coalesce(proposed.order_id, former.order_id) as order_id,
    coalesce(proposed.transaction_id, former.transaction_id) as transaction_id,
    former.match_status as match_status_before,
    proposed.match_status as match_status_after,
    former.code as code_before,
    proposed.code as code_after,
    former.secondary_codes as secondary_codes_before,
    proposed.secondary_codes as secondary_codes_after,
    coalesce(proposed.currency, former.currency) as currency,
    former.money_impact as money_impact_before,
    proposed.money_impact as money_impact_after,
    former.severity as severity_before,
    proposed.severity as severity_after,
    former.state as state_before,
    proposed.state as state_after,
    proposed.detail
from former
full join proposed on former.case_id = proposed.case_id
where
    former.match_status is distinct from proposed.match_status
    or former.code is distinct from proposed.code
    or former.secondary_codes is distinct from proposed.secondary_codes
    or former.currency is distinct from proposed.currency
    or former.money_impact is distinct from proposed.money_impact
    or former.severity is distinct from proposed.severity
    or former.state is distinct from proposed.state
order by
    greatest(abs(coalesce(former.money_impact, 0)), abs(coalesce(proposed.money_impact, 0))) desc,
    coalesce(proposed.case_id, former.case_id)

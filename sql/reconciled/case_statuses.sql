-- One row per case: its match status, the first that holds, and what explains a difference in it.
-- UNDERPAID and OVERPAID make a case a break without explaining why money and order differ; where it
-- would be PARTIAL or EXPECTED but for them, that status is still the explanation.
with
cases as (
    select * from reconciled.cases
),

codes as (
    select
        case_id,
        bool_or(not is_rider) as has_break,
        min_by(code, rank) filter (where explains_difference) as explaining_code
    from reconciled.case_codes
    group by case_id
),

weighed as (
    select
        cases.*,
        coalesce(codes.has_break, false) as has_break,
        codes.explaining_code,
        case
            when cases.order_count = 0 and cases.is_behind_bill then 'EXCLUDED'
            when cases.has_open_money or cases.has_open_claim then 'PARTIAL'
            when cases.expects_money and cases.payment_count = 0 and not cases.has_refunded
                then 'EXPECTED'
            when cases.order_count = 0 and cases.completed_count > 0 then 'EXPECTED'
            when cases.is_paid_ahead or cases.has_open_charge then 'EXPECTED'
        end as timing_status
    from cases
    left join codes on cases.case_id = codes.case_id
)

select
    case_id,
    case
        when timing_status = 'EXCLUDED' then 'EXCLUDED'
        when is_ambiguous then 'AMBIGUOUS'
        when is_suggested then 'SUGGESTED'
        when has_break then 'BREAK'
        when timing_status is not null then timing_status
        when
            not expects_money
            and completed_count = 0
            and not is_charged
            and not (has_refunded_order and has_refunded)
            then 'NOT_EXPECTED'
        when is_joined_by_hand then 'MATCHED_MANUAL'
        when order_count > 1 or payment_count > 1 then 'MATCHED_GROUP'
        when is_within_tolerance then 'MATCHED_TOLERANCE'
        else 'MATCHED_EXACT'
    end as match_status,
    explaining_code,
    timing_status
from weighed

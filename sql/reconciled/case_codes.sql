-- One row per case and code that holds, ranked by precedence, with the impact in the case's currency.
with
cases as (
    select * from reconciled.cases
),

members as (
    select * from reconciled.members
),

transactions as (
    select * from reconciled.transaction_facts
),

catalogue as (
    select * from reconciled.break_codes
),

of_transactions as (
    select
        members.case_id,
        codes.code,
        sum(case when transactions.fiat_currency = cases.currency then codes.impact else 0 end)
            as impact,
        count(*) as holding,
        arg_min(codes.detail, (transactions.created_at, codes.transaction_id)) as detail,
        to_json(list({
            'transaction_id': codes.transaction_id,
            'field': codes.field,
            'expected': codes.expected,
            'actual': codes.actual,
            'threshold': codes.threshold,
            'currency': transactions.fiat_currency,
            'impact': codes.impact::varchar
        } order by transactions.created_at, codes.transaction_id)) as facts
    from reconciled.codes_of_transactions as codes
    inner join members on members.kind = 'transaction' and codes.transaction_id = members.id
    inner join transactions on codes.transaction_id = transactions.transaction_id
    inner join cases on members.case_id = cases.case_id
    group by members.case_id, codes.code
),

places_of_bills as (
    select kind, id, case_id from members
    union all
    select 'period', case_id, case_id from reconciled.missed_periods
),

of_bills as (
    select
        places.case_id,
        codes.code,
        sum(case when codes.currency = cases.currency then codes.impact else 0 end) as impact,
        count(distinct codes.id) as holding,
        arg_min(codes.detail, (codes.kind, codes.id, codes.currency)) as detail,
        to_json(list({
            'kind': codes.kind,
            'id': codes.id,
            'field': codes.field,
            'expected': codes.expected,
            'actual': codes.actual,
            'threshold': codes.threshold,
            'currency': codes.currency,
            'impact': codes.impact::varchar
        } order by codes.kind, codes.id, codes.currency)) as facts
    from reconciled.codes_of_bills as codes
    inner join places_of_bills as places on codes.kind = places.kind and codes.id = places.id
    inner join cases on places.case_id = cases.case_id
    group by places.case_id, codes.code
),

of_cases as (
    select codes.*
    from reconciled.codes_of_cases as codes
    inner join cases on codes.case_id = cases.case_id
    where not cases.is_ambiguous or codes.code = 'AMBIGUOUS_MATCH'
),

difference_named as (
    select of_cases.case_id
    from of_cases
    inner join catalogue on of_cases.code = catalogue.code
    where catalogue.rank = 2 or catalogue.rank between 5 and 11
),

amount_mismatches as (
    select case_id, received - expected as impact
    from cases
    where
        expects_money
        and payment_count > 0
        and received <> expected
        and not is_ambiguous
        and case_id not in (select case_id from difference_named)
),

together as (
    select case_id, code, impact, 1 as holding, reason as detail, '[]'::json as facts from of_cases
    union all
    select case_id, 'AMOUNT_MISMATCH', impact, 1, '', '[]'::json from amount_mismatches
    union all
    select case_id, code, impact, holding, detail, facts from of_transactions
    union all
    select case_id, code, impact, holding, detail, facts from of_bills
)

select
    together.case_id,
    together.code,
    catalogue.rank,
    catalogue.is_rider,
    catalogue.explains_difference,
    catalogue.severity,
    round_to_minor_units(together.impact, cases.minor_units) as impact,
    together.holding,
    together.detail,
    together.facts,
    row_number() over (partition by together.case_id order by catalogue.rank) as position
from together
inner join cases on together.case_id = cases.case_id
inner join catalogue on together.code = catalogue.code
where not cases.is_suggested

-- One row per case whose rows need an explanation, as judged now.
with
basis as (
    select * from reconciled.basis
),

cases as (
    select * from reconciled.cases
),

codes as (
    select * from reconciled.case_codes
),

orders as (
    select * from reconciled.order_facts
),

transactions as (
    select * from reconciled.transaction_facts
),

overdue_refunds as (
    select members.case_id
    from reconciled.refunds_due as refunds
    inner join transactions on refunds.transaction_id = transactions.transaction_id
    inner join reconciled.members as members
        on members.kind = 'transaction' and refunds.transaction_id = members.id
    cross join basis
    where transactions.created_at < basis.as_of - to_hours(24 * basis.refund_days)
),

primaries as (
    select * from codes where position = 1
),

gathered as (
    select
        case_id,
        list(code order by rank) filter (where position > 1) as secondary_codes,
        list({
            'code': code,
            'impact': money_text(impact, null),
            'detail': detail,
            'facts': facts
        } order by rank) as judged
    from codes
    group by case_id
),

worded as (
    select
        cases.case_id,
        cases.currency || ' ' || money_text(cases.expected, cases.minor_units) as expected_text,
        cases.currency || ' ' || money_text(cases.received, cases.minor_units) as received_text,
        cases.currency || ' ' || money_text(orders.amount, cases.minor_units) as order_text,
        instant_text(orders.aged_from) as order_since,
        instant_text(transactions.created_at) as transaction_since,
        transactions.fiat_currency || ' '
        || money_text(transactions.fiat_amount, cases.minor_units) as transaction_text,
        orders.status as order_status,
        transactions.status as transaction_status
    from primaries
    inner join cases on primaries.case_id = cases.case_id
    left join orders on cases.order_id = orders.order_id
    left join transactions on cases.transaction_id = transactions.transaction_id
),

sentences as (
    select
        cases.case_id,
        case primaries.code
            when 'INCOMPLETE_EXTRACT' then
                'Order ' || cases.order_id || ' expects ' || worded.expected_text
                || ' and no transaction is known, but the pull from one hour before it was placed up to '
                || instant_text(basis.as_of) || ' is not shown complete.'
            when 'CURRENCY_MISMATCH' then
                'The order says ' || worded.order_text || ', '
                || coalesce(
                    'the payment ' || worded.transaction_text, 'a charge of its invoice another currency'
                )
                || '; the currencies must be the same.'
            when 'AMBIGUOUS_MATCH' then
                cases.order_count || ' orders (' || worded.expected_text || ') and '
                || cases.transaction_count || ' payments (' || worded.received_text
                || ') agree in amount and time; which belongs to which needs a person.'
            when 'MISSING_IN_GATEWAY' then
                'Order ' || cases.order_id || ' expects ' || worded.expected_text || ' since '
                || worded.order_since || '; the gateway has nothing, and ' || basis.gateway_hours
                || ' hours are allowed.'
            when 'MISSING_IN_ORDERS' then
                'The payment of ' || worded.received_text || ' came at ' || worded.transaction_since
                || '; no order is known, and ' || basis.orders_hours || ' hours are allowed.'
            when 'DUPLICATE_ORDER' then
                cases.order_count || ' orders expect ' || worded.expected_text
                || ' and claim the same payment; received is ' || worded.received_text || '.'
            when 'DUPLICATE_PAYMENT' then
                cases.payment_count || ' payments (' || worded.received_text
                || ') came where ' || worded.expected_text || ' was expected.'
            when 'STATUS_MISMATCH' then
                'Expected ' || worded.expected_text || ', received ' || worded.received_text
                || ': the order is ' || worded.order_status
                || coalesce(', the transaction ' || worded.transaction_status, '')
                || ' (' || primaries.detail
                || '; allowed are ' || basis.gateway_hours || ' hours for the gateway, '
                || basis.orders_hours || ' for the shop).'
            when 'REFUND_NOT_IN_ORDERS' then
                'The gateway refunded, the order still expects ' || worded.expected_text
                || ' and ' || worded.received_text || ' is left.'
            when 'AMOUNT_MISMATCH' then
                'Expected ' || worded.expected_text || ', received ' || worded.received_text
                || '; no difference is tolerated.'
            when 'SUPERSEDED_SESSION_PAID' then
                'The payment of ' || worded.received_text || ' for ' || worded.expected_text
                || ' came on session ' || primaries.detail || ', the order''s last.'
            else
                primaries.detail
                || case
                    when primaries.holding > 1
                        then ' (the first of ' || primaries.holding || '.)'
                    else ''
                end
        end as detail
    from primaries
    inner join cases on primaries.case_id = cases.case_id
    inner join worded on primaries.case_id = worded.case_id
    cross join basis
),

merged_evidence as (
    select
        gathered.case_id,
        to_json({
            'rule_version': basis.rule_version,
            'policy_version': basis.policy_version,
            'impacts': map_from_entries(list_transform(
                gathered.judged, lambda held: {'key': held.code, 'value': held.impact}
            )),
            'judged': gathered.judged
        })::varchar as evidence
    from gathered
    cross join basis
)

select
    primaries.case_id,
    primaries.code,
    coalesce(gathered.secondary_codes, []) as secondary_codes,
    cases.order_id,
    cases.transaction_id,
    cases.session_id,
    cases.subscription_id,
    cases.invoice_id,
    cases.charge_attempt_id,
    cases.currency,
    cases.expected::decimal(38, 18) as expected_amount,
    cases.received::decimal(38, 18) as actual_amount,
    primaries.impact as money_impact,
    sentences.detail,
    merged_evidence.evidence,
    cases.case_date as business_date,
    case
        when primaries.code = 'REFUND_DUE' and cases.case_id in (select case_id from overdue_refunds)
            then 'high'
        when primaries.code = 'OVERPAID' then 'info'
        else primaries.severity
    end as severity
from primaries
inner join cases on primaries.case_id = cases.case_id
inner join gathered on primaries.case_id = gathered.case_id
inner join sentences on primaries.case_id = sentences.case_id
inner join merged_evidence on primaries.case_id = merged_evidence.case_id

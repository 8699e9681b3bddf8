-- What readers of the published database ask with: everything behind one id, in the order of time.

-- The facts of the cases that an order, payment, session, reference, hash, subscription, invoice, charge, case or
-- break stands in. `recon explain` tells the same in sentences, with the rules and thresholds beside them.
create or replace macro reconciled.story(id) as table
with
named as (
    select matches.case_id
    from reconciled.matches as matches
    where matches.case_id = id or matches.order_id = id or matches.transaction_id = id

    union

    select bills.case_id
    from reconciled.subscription_matches as bills
    where
        bills.case_id = id
        or bills.invoice_id = id
        or bills.charge_attempt_id = id
        or bills.subscription_id = id

    union

    select breaks.case_id
    from reconciled.breaks as breaks
    where breaks.case_id = id or breaks.break_id = id

    union

    select matches.case_id
    from reconciled.matches as matches
    inner join validated.orders as orders on matches.order_id = orders.order_id
    where
        orders.transaction_ref = id
        or list_contains(orders.session_ids, id)
        or list_contains(orders.further_refs, id)

    union

    select matches.case_id
    from reconciled.matches as matches
    inner join validated.transactions as transactions
        on matches.transaction_id = transactions.transaction_id
    where
        transactions.reference = id
        or transactions.checkout_session_id = id
        or transactions.deposit_tx_hash = id
        or transactions.refund_tx_hash = id
),

links as (
    select matches.*
    from reconciled.matches as matches
    inner join named on matches.case_id = named.case_id
),

bills as (
    select bills.*
    from reconciled.subscription_matches as bills
    inner join named on bills.case_id = named.case_id
),

ordered as (
    select distinct links.case_id, links.order_id from links where links.order_id is not null
),

paying as (
    select distinct links.case_id, links.transaction_id
    from links
    where links.transaction_id is not null
),

-- A decision on a pair names its order and payment, and their case may never have had a break.
decided as (
    select named.case_id, actions.action_no
    from named
    inner join ops.actions as actions on named.case_id = actions.case_id

    union

    select breaks.case_id, actions.action_no
    from reconciled.breaks as breaks
    inner join named on breaks.case_id = named.case_id
    inner join ops.actions as actions on breaks.break_id = actions.break_id

    union

    select ordered.case_id, actions.action_no
    from ordered
    inner join ops.actions as actions on ordered.order_id = actions.order_id

    union

    select paying.case_id, actions.action_no
    from paying
    inner join ops.actions as actions on paying.transaction_id = actions.transaction_id
),

told as (
    select
        ordered.case_id,
        orders.placed_at as happened_at,
        'order placed' as what,
        orders.order_id as subject,
        orders.status as state,
        orders.amount,
        orders.currency,
        orders.source_file || ' line ' || orders.source_row as source
    from ordered
    inner join validated.orders as orders on ordered.order_id = orders.order_id

    union all

    select
        ordered.case_id,
        versions.recorded_from,
        'order exported, version ' || versions.version,
        versions.order_id,
        versions.status,
        versions.amount,
        versions.currency,
        versions.source_file || ' line ' || versions.source_row
    from ordered
    inner join validated.orders_history as versions on ordered.order_id = versions.order_id

    union all

    select
        paying.case_id,
        coalesce(versions.updated_at, versions.recorded_from),
        'payment, version ' || versions.version,
        versions.transaction_id,
        concat_ws(', ', versions.status, 'payout ' || versions.payout_status),
        versions.fiat_amount,
        versions.fiat_currency,
        versions.source
    from paying
    inner join validated.transactions_history as versions
        on paying.transaction_id = versions.transaction_id

    union all

    select
        bills.case_id,
        invoices.created_at,
        'invoice made',
        invoices.invoice_id,
        invoices.status,
        invoices.amount,
        invoices.currency,
        invoices.source
    from (select distinct bills.case_id, bills.invoice_id from bills) as bills
    inner join validated.subscription_invoices as invoices on bills.invoice_id = invoices.invoice_id

    union all

    select
        bills.case_id,
        coalesce(attempts.attempted_at, attempts.created_at),
        'charge attempted',
        attempts.charge_attempt_id,
        concat_ws(', ', attempts.status, attempts.error_code),
        attempts.amount,
        attempts.currency,
        attempts.source
    from bills
    inner join validated.charge_attempts as attempts
        on bills.charge_attempt_id = attempts.charge_attempt_id

    union all

    select
        links.case_id,
        basis.as_of,
        'linked by rule ' || links.match_rule,
        links.order_id || ' and ' || links.transaction_id,
        links.match_status,
        null,
        null,
        'rules ' || links.rule_version
    from links
    cross join reconciled.basis as basis
    where links.match_rule is not null

    union all

    select
        versions.case_id,
        versions.recorded_from,
        'break ' || versions.code || ': ' || versions.detail,
        versions.break_id,
        versions.state,
        versions.money_impact,
        versions.currency,
        'rules ' || versions.rule_version
    from reconciled.breaks_history as versions
    inner join named on versions.case_id = named.case_id

    union all

    select
        decided.case_id,
        actions.decided_at,
        'decided: ' || actions.verb || ', ' || actions.reason,
        coalesce(
            actions.break_id,
            nullif(concat_ws(' and ', actions.order_id, actions.transaction_id), ''),
            actions.case_id
        ),
        actions.verb,
        actions.amount,
        actions.currency,
        actions.decided_by
    from decided
    inner join ops.actions as actions on decided.action_no = actions.action_no
)

select
    told.case_id,
    told.happened_at,
    told.what,
    told.subject,
    told.state,
    told.amount::decimal(38, 18) as amount,
    told.currency,
    told.source
from told
order by told.case_id, told.happened_at, told.what, told.subject;

-- One row per member of a case that something else than its own rows has touched: a decision, a refused
-- order row, a silent date, the completeness of a pull, the as-of in a sentence; and every bill.
with
judged as (
    select * from reconciled.judged
),

basis as (
    select * from reconciled.basis
),

tokens as (
    select * from reconciled.description_tokens
),

turned_decisions as (
    (from reconciled.decisions except from former_decisions)
    union all
    (from former_decisions except from reconciled.decisions)
),

turned_ids as (
    (from reconciled.held_ids except from former_held_ids)
    union all
    (from former_held_ids except from reconciled.held_ids)
),

turned_dates as (
    (from reconciled.stale_dates except from former_stale_dates)
    union all
    (from former_stale_dates except from reconciled.stale_dates)
),

turned_bills as (
    from reconciled.bill_links
    union
    from former_bill_links
),

reaching as (
    select 'INCOMPLETE_EXTRACT' as code
    from judged
    cross join basis
    where judged.as_of <> basis.as_of

    union all

    select unnest(['INCOMPLETE_EXTRACT', 'MISSING_IN_GATEWAY'])
    from reconciled.coverage as coverage
    cross join former_coverage
    where coverage.complete_from is distinct from former_coverage.complete_from
),

reached as (
    select codes.case_id
    from reconciled.case_codes as codes
    inner join reaching on codes.code = reaching.code
),

claims as (
    select transaction_id, transaction_id as claimed_id from reconciled.transaction_facts
    union all
    select transaction_id, reference from reconciled.transaction_facts
    union all
    select transaction_id, external_id from reconciled.transaction_facts
    union all
    select transaction_id, checkout_session_id from reconciled.transaction_facts
    union all
    select transaction_id, token from tokens
)

select 'order' as kind, order_id as id from turned_decisions
union
select 'transaction', transaction_id from turned_decisions
union
select 'order', order_id from turned_bills
union
select 'transaction', claims.transaction_id
from claims
semi join turned_ids on claims.claimed_id = turned_ids.known_id
union
select 'transaction', transactions.transaction_id
from reconciled.transaction_facts as transactions
semi join turned_dates on transactions.business_date = turned_dates.business_date
where transactions.is_completed
union
select members.kind, members.id
from reconciled.members as members
semi join reached on members.case_id = reached.case_id
union
select kind, id from reconciled.members where kind in ('invoice', 'attempt')

-- One row per link, candidate pair or unlinked side: the case it belongs to and how the case stands.
with
members as (
    select * from reconciled.members
),

statuses as (
    select * from reconciled.case_statuses
),

basis as (
    select * from reconciled.basis
),

pairs as (
    select * from reconciled.pairs
),

rows_of_matches as (
    select
        members.case_id,
        members.case_date,
        pairs.order_id,
        pairs.transaction_id,
        pairs.match_rule,
        pairs.evidence
    from pairs
    inner join members on members.kind = 'order' and pairs.order_id = members.id

    union all

    select members.case_id, members.case_date, members.id, null, null, null
    from members
    where members.kind = 'order' and members.id not in (select order_id from pairs)

    union all

    select members.case_id, members.case_date, null, members.id, null, null
    from members
    where members.kind = 'transaction' and members.id not in (select transaction_id from pairs)
)

select
    rows_of_matches.case_id,
    rows_of_matches.order_id,
    rows_of_matches.transaction_id,
    statuses.match_status,
    rows_of_matches.match_rule,
    basis.rule_version,
    coalesce(rows_of_matches.evidence, to_json({'field': null, 'value': null})::varchar) as evidence,
    rows_of_matches.case_date as business_date
from rows_of_matches
inner join statuses on rows_of_matches.case_id = statuses.case_id
cross join basis

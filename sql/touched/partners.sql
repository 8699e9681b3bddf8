-- One row per untouched row that pass 5 may pair with a touched one, and per row of its case.
with
links as (
    select * from reconciled.links
),

bill_links as (
    select * from reconciled.bill_links
),

touched_orders as (
    select orders.*
    from "reconciled.order_facts" as orders
    anti join "reconciled.links" as links on orders.order_id = links.order_id
    anti join bill_links on orders.order_id = bill_links.order_id
    where orders.expects_money
),

touched_transactions as (
    select transactions.*
    from "reconciled.transaction_facts" as transactions
    anti join "reconciled.links" as links on transactions.transaction_id = links.transaction_id
    where transactions.is_completed and not transactions.is_behind_document
),

-- Money comes at most an hour before its order and 15 hours after it; a zone may skip a date in between.
dates_of_transactions as (
    select distinct business_date + unnest([-2, -1, 0, 1, 2]) as business_date from touched_transactions
),

dates_of_orders as (
    select distinct business_date + unnest([-2, -1, 0, 1, 2]) as business_date from touched_orders
),

orders_in_time as (
    select distinct orders.order_id
    from reconciled.order_facts as orders
    inner join touched_transactions as transactions
        on
            orders.currency = transactions.fiat_currency
            and orders.amount = transactions.fiat_amount
            and transactions.created_at between orders.placed_at - to_hours(1)
            and orders.placed_at + to_hours(15)
    where
        orders.expects_money
        and orders.business_date in (select business_date from dates_of_transactions)
),

transactions_in_time as (
    select distinct transactions.transaction_id
    from reconciled.transaction_facts as transactions
    inner join touched_orders as orders
        on
            orders.currency = transactions.fiat_currency
            and orders.amount = transactions.fiat_amount
            and transactions.created_at between orders.placed_at - to_hours(1)
            and orders.placed_at + to_hours(15)
    where
        transactions.is_completed
        and not transactions.is_behind_document
        and transactions.business_date in (select business_date from dates_of_orders)
),

linked as (
    select links.*
    from links
    semi join orders_in_time as found on links.order_id = found.order_id

    union all

    select links.*
    from links
    semi join transactions_in_time as found on links.transaction_id = found.transaction_id
),

found as (
    select 'order' as kind, found.order_id as id
    from orders_in_time as found
    anti join linked on found.order_id = linked.order_id
    anti join bill_links on found.order_id = bill_links.order_id

    union all

    select 'transaction', found.transaction_id
    from transactions_in_time as found
    anti join linked on found.transaction_id = linked.transaction_id
),

cases as (
    select members.case_id
    from reconciled.members as members
    semi join found on members.kind = found.kind and members.id = found.id
),

together as (
    select * from found

    union

    select members.kind, members.id
    from reconciled.members as members
    semi join cases on members.case_id = cases.case_id
)

select together.kind, together.id
from together
anti join touched_members on together.kind = touched_members.kind and together.id = touched_members.id

-- The current row of an order is its newest version, word for word, and every order has one.
with
newest as (
    select * exclude (arrival, version, recorded_from)
    from validated.orders_history
    qualify row_number() over (partition by order_id order by version desc) = 1
),

current_rows as (
    select * from validated.orders
),

missing as (
    select * from newest
    except
    select * from current_rows
),

surplus as (
    select * from current_rows
    except
    select * from newest
)

select 'newest version' as found, order_id from missing
union all
select 'current row' as found, order_id from surplus

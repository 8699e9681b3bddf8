-- The current row of a transaction is its newest version, word for word, and every transaction has one.
with
newest as (
    select * exclude (recorded_from, recorded_to, is_outdated)
    from validated.transactions_history
    where recorded_to is null
),

current_rows as (
    select * from validated.transactions
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

select 'newest version' as found, transaction_id, version from missing
union all
select 'current row' as found, transaction_id, version from surplus

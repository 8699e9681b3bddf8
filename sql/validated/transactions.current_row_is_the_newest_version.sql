-- The current row of a transaction is its newest version, word for word, and every transaction has one.
-- Compared by digests: rows as a whole, held against each other, would stand in memory as a whole.
with
newest_versions as (
    select * exclude (recorded_from, recorded_to, is_outdated)
    from validated.transactions_history
    where recorded_to is null
),

newest as (
    select
        transaction_id,
        version,
        md5(to_json(newest_versions)::varchar) as content
    from newest_versions
),

current_rows as (
    select
        transaction_id,
        version,
        md5(to_json(transactions)::varchar) as content
    from validated.transactions as transactions
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

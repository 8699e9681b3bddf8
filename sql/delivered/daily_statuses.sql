-- One row per side and match status: rows and their money by currency.
with
proof as (
    select * from reconciled.proof where ends_with(line, '_by_status')
),

minor_units as (
    select * from validated.minor_units
),

sums as (
    select
        replace(line, '_by_status', '') as side,
        code as status,
        currency,
        sum(rows)::bigint as rows,
        sum(amount) as amount
    from proof
    group by line, code, currency
)

select
    sums.side,
    sums.status,
    sum(sums.rows)::bigint as rows,
    map_from_entries(list({
        'key': sums.currency, 'value': money_text(sums.amount, minor_units.minor_units)
    } order by sums.currency)) as amounts
from sums
left join minor_units on sums.currency = minor_units.currency
group by sums.side, sums.status
order by sums.side, sums.status

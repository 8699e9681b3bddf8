-- One row per business date of the 29 up to the as-of: how many orders and payments it has.
select
    daily_close.business_date,
    sum(daily_close.orders)::bigint as orders,
    sum(daily_close.transactions)::bigint as transactions
from marts.daily_close as daily_close
inner join reconciled.basis as basis
    on
        daily_close.business_date > basis.as_of_date - 29
        and daily_close.business_date <= basis.as_of_date
group by daily_close.business_date
order by daily_close.business_date

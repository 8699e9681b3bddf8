-- How much is owed back to customers in each currency, and for how long?
-- Answer: one row a currency; overdue are the payments older than the refund_days of the policy.
select
    owed.currency,
    count(*) as payments,
    sum(owed.amount)::decimal(38, 18) as amount,
    count(*) filter (where owed.age_days > basis.refund_days) as payments_overdue,
    coalesce(sum(owed.amount) filter (where owed.age_days > basis.refund_days), 0)::decimal(38, 18)
        as amount_overdue,
    max(owed.age_days) as oldest_days
from marts.refunds_owed as owed
cross join reconciled.basis as basis
group by owed.currency
order by owed.currency

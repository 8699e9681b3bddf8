-- One row per business date and currency that was published with other figures: the former ones and those of now.
select
    former.business_date,
    former.currency,
    coins_text(former.expected_amount) as expected_before,
    coins_text(coalesce(fresh.expected_amount, 0)) as expected_now,
    coins_text(former.received_amount) as received_before,
    coins_text(coalesce(fresh.received_amount, 0)) as received_now,
    former.open_breaks as open_breaks_before,
    coalesce(fresh.open_breaks, 0) as open_breaks_now
from before.marts.daily_close as former
left join marts.daily_close as fresh
    on former.business_date = fresh.business_date and former.currency = fresh.currency
where
    former.expected_amount <> coalesce(fresh.expected_amount, 0)
    or former.received_amount <> coalesce(fresh.received_amount, 0)
    or former.open_breaks <> coalesce(fresh.open_breaks, 0)
order by former.business_date, former.currency

-- One row per business date of a range: what the date holds, with money as text by currency.
select
    business_date,
    sum(orders)::bigint as orders,
    sum(transactions)::bigint as transactions,
    sum(open_breaks)::bigint as open_breaks,
    coalesce(string_agg(currency || ' ' || coins_text(expected_amount), ', ' order by currency), '')
        as expected,
    coalesce(string_agg(currency || ' ' || coins_text(received_amount), ', ' order by currency), '')
        as received,
    coalesce(
        string_agg(currency || ' ' || coins_text(difference_amount), ', ' order by currency)
            filter (where difference_amount <> 0),
        'none'
    ) as difference
from marts.daily_close
where business_date between $first_date and $last_date
group by business_date
order by business_date

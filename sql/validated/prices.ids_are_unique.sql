-- A price stands once among the current prices.
select
    price_id,
    count(*) as rows
from validated.prices
group by price_id
having count(*) > 1 or price_id is null

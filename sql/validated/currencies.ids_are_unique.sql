-- A currency stands once among the current currencies.
select
    currency_id,
    count(*) as rows
from validated.currencies
group by currency_id
having count(*) > 1 or currency_id is null

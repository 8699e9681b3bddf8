-- A fee quote stands once among the current fee quotes.
select
    quote_id,
    count(*) as rows
from validated.fee_quotes
group by quote_id
having count(*) > 1 or quote_id is null

-- What was asked for this as-of already, as the keys of its answers say it, less their instants.
select regexp_replace(quote_id, '/[^/]*$', '') as asked
from raw.fee_quotes
where recorded_from = $as_of::timestamptz

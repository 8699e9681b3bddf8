-- One row per stream and file: rows received against rows accounted for.
with
proof as (
    select * from reconciled.proof where starts_with(line, 'rows_')
)

select
    split_part(code, ':', 1) as stream,
    case when contains(code, ':') then split_part(code, ':', 2) else 'gateway' end as source,
    coalesce(sum(rows) filter (where line = 'rows_received'), 0)::bigint as received,
    coalesce(
        sum(rows) filter (where line in ('rows_accepted', 'rows_repeated', 'rows_aside')), 0
    )::bigint as accepted,
    coalesce(sum(rows) filter (where line = 'rows_quarantined'), 0)::bigint as quarantined
from proof
group by code
order by stream, source, code

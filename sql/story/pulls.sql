-- One row per latest listing of transactions that could have shown a payment of this period.
select
    run_id,
    window_from,
    window_to,
    pages,
    rows_received,
    declared_total,
    complete,
    reason,
    finished_at
from ops.pulls
where
    stream = 'transactions'
    and window_from < $until::timestamptz
    and window_to > $since::timestamptz
qualify row_number() over (partition by window_from, window_to order by started_at desc) = 1
order by window_from, window_to

-- One row per received row, with the digest of what it says: everything but where and when it was read.
select
    *,
    sha256(
        to_json(row(*columns(* exclude (row_key, source, fetched_at, fetch_order))))::varchar
    ) as content_digest
from received_rows

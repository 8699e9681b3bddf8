-- Appends refused rows with their place, key and reason.
insert into validated.quarantine by name
select
    stream,
    source,
    source_digest,
    source_row,
    key,
    reason,
    known_ids,
    $as_of::timestamptz as seen_at
from staged_rows

-- One row per refused row that carries one of the ids, or that the case is about.
select
    stream,
    source,
    source_row,
    source_digest,
    key,
    reason,
    seen_at
from validated.quarantine
where
    list_contains($ids::varchar[], key)
    or 'row:' || stream || ':' || left(source_digest, 12) || ':' || source_row = $case_id
order by seen_at, stream, source, source_row

-- Notes one order export, taken in or refused.
insert into ops.files by name
select
    $file_digest as file_digest,
    $name as name,
    $layout as layout,
    $state as state,
    $reason as reason,
    $exported_date::date as exported_date,
    $arrival::bigint as arrival,
    $rows_received::bigint as rows_received,
    $rows_accepted::bigint as rows_accepted,
    $rows_repeated::bigint as rows_repeated,
    $rows_quarantined::bigint as rows_quarantined,
    $as_of::timestamptz as recorded_from,
    $run_id as run_id,
    $seen_at::timestamptz as seen_at,
    $lines_received::bigint as lines_received,
    $rows_aside::bigint as rows_aside

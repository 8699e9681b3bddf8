-- One row per fresh version, as its stream keeps it: with arrival and rank beside what was received.
select
    fresh.arrival,
    fresh.recorded_from,
    fresh.ranked_at,
    $run_id as run_id,
    staged_versions.* exclude (row_key, fetch_order)
from fresh_versions as fresh
inner join staged_versions on fresh.fetch_order = staged_versions.fetch_order

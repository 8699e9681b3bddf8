-- One row: rows never seen before, newer versions of known rows, and versions older than the one held.
select
    count(distinct name) filter (where not is_known) as rows_new,
    count(*) filter (where not is_outdated) - count(distinct name) filter (where not is_known)
        as rows_changed,
    count(*) filter (where is_outdated) as rows_outdated
from fresh_versions

-- Which order exports were taken in, and how did their rows fare?
-- Answer: one row a file, newest first; received = accepted + repeated + quarantined + aside, a refused file says why.
select
    name,
    exported_date,
    state,
    rows_received,
    rows_accepted,
    rows_repeated,
    rows_quarantined,
    rows_aside,
    reason,
    seen_at
from ops.files
order by arrival desc, name

-- The breaks dated up to the end of a month, as they stand, and as the closing before this as-of left them.
-- Of a date that is closed again the last closing is its own: the one before is read off the versions.
-- Of two months at once the second goes on from the first.
create temp table if not exists "reconciled.breaks" as
select breaks.*
from reconciled.closed_breaks as breaks
where (select basis.as_of from reconciled.basis as basis) not in (select closings.as_of from ops.closings as closings)

union all by name

select versions.* exclude (recorded_to)
from reconciled.breaks_history as versions
cross join (
    select max(closings.as_of) as as_of
    from ops.closings as closings
    cross join reconciled.basis as basis
    where closings.as_of < basis.as_of
) as former
where
    (select basis.as_of from reconciled.basis as basis) in (select closings.as_of from ops.closings as closings)
    and versions.recorded_from <= former.as_of
    and (versions.recorded_to is null or versions.recorded_to > former.as_of);

create or replace temp table "reconciled.closed_breaks" as
select breaks.*
from temp."reconciled.breaks" as breaks
cross join temp."reconciled.basis" as basis
where breaks.business_date <= basis.as_of_date;

create or replace temp table "reconciled.breaks" as
select breaks.*
from reconciled.breaks as breaks
cross join temp."reconciled.basis" as basis
where breaks.business_date <= basis.as_of_date

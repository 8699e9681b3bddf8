-- The breaks dated up to the end of a month, as they stand, and as the last closing left them.
-- Of two months at once the second goes on from the first.
create temp table if not exists "reconciled.breaks" as
from reconciled.closed_breaks;

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

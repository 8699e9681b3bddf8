-- The basis with the last date of a month as its date: what is known stays what is known now.
create or replace temp table "reconciled.basis" as
select * replace ($month_end::date as as_of_date)
from reconciled.basis

-- Forgets packs of earlier dates that a run drew and died before its closing: nobody has them.
delete from delivered.reports
where
    name = $name
    and business_date < (select basis.as_of_date from reconciled.basis as basis)
    and as_of > coalesce((select max(closings.as_of) from ops.closings as closings), '-infinity'::timestamptz)

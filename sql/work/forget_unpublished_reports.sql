-- Forgets the reports that a run drew and died before its closing, so that what they replaced can take their place again.
-- Those later than any closing are such too where a former version of the program drew them.
delete from delivered.reports as reports
where
    exists (
        select 1
        from delivered.replaced_reports as replaced
        where
            reports.name = replaced.name
            and reports.business_date = replaced.business_date
    )
    or reports.as_of > coalesce(
        (select max(closings.as_of) from ops.closings as closings), '-infinity'::timestamptz
    )

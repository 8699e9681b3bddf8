-- Forgets the reports that a run drew and died before its closing: nobody has them.
delete from delivered.reports as reports
where
    exists (
        select 1
        from delivered.replaced_reports as replaced
        where
            reports.name = replaced.name
            and reports.business_date = replaced.business_date
    )

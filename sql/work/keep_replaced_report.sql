-- Keeps what a drawn report is about to replace, the first time after a publication.
with
replaced as (
    select reports.as_of, reports.digest, reports.figures
    from delivered.reports as reports
    where
        reports.name = $name
        and reports.business_date = $business_date::date
)

insert into delivered.replaced_reports
select $name, $business_date::date, replaced.as_of, replaced.digest, replaced.figures
from (select true) as asked
left join replaced on true
where
    not exists (
        select 1
        from delivered.replaced_reports as kept
        where
            kept.name = $name
            and kept.business_date = $business_date::date
    )

-- The size in bytes of the largest stored report; answering takes the memory that storing them takes.
select max(strlen(reports.figures))
from (
    select figures from delivered.reports
    union all
    select figures from delivered.replaced_reports
) as reports

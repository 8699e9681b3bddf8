-- One row: the last business date that any closing published.
select max(last_date) as last_date
from ops.closings

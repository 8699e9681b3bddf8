-- One row per business date on which a touched row stood or stands. All rows of a touched case are touched, and
-- its date is that of one of them.
with
members as (
    select * from former_members
    union all
    select * from "reconciled.members"
)

select distinct own_date as business_date
from members

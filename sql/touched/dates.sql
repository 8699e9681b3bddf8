-- One row per business date on which a touched row stood or stands; its case stands on one of them, for all of
-- its rows are touched.
with
members as (
    select * from former_members
    union all
    select * from "reconciled.members"
)

select distinct own_date as business_date
from members

-- One row per value by which the tables of cases find the rows that the touched members had.
select 'order_id' as field, id as value
from touched_members
where kind = 'order'

union all

select 'transaction_id', id
from touched_members
where kind = 'transaction'

union all

select 'member', kind || ':' || id
from touched_members

union

select 'case_id', case_id
from former_members

union

select 'case_id', case_id
from former_missed_periods

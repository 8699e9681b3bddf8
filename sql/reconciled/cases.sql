-- One row per case: its parties counted, its money in the currency of its anchor.
with
parties as (
    select * from reconciled.case_parties
),

money as (
    select * from reconciled.case_money
),

minor_units as (
    select * from validated.minor_units
)

select
    parties.*,
    minor_units.minor_units,
    coalesce(money.expected, 0) as expected,
    coalesce(money.received, 0) as received
from parties
left join money on parties.case_id = money.case_id and parties.currency = money.currency
left join minor_units on parties.currency = minor_units.currency

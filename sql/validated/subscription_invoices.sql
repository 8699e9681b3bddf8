-- One row per subscription invoice: its newest version held.
with
versions as (
    select * from validated.subscription_invoices_history
)

select * exclude (recorded_from, recorded_to, is_outdated)
from versions
qualify row_number() over (partition by invoice_id order by version desc) = 1

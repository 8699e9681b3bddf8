-- The versions of a subscription invoice count from 1 without a gap.
select
    invoice_id,
    min(version) as first_version,
    max(version) as last_version,
    count(*) as versions
from validated.subscription_invoices_history
group by invoice_id
having min(version) <> 1 or max(version) <> count(*) or count(distinct version) <> count(*)

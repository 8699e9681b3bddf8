-- A subscription invoice stands once among the current subscription invoices.
select
    invoice_id,
    count(*) as rows
from validated.subscription_invoices
group by invoice_id
having count(*) > 1 or invoice_id is null

-- What happened around one id, in the order of time?
-- $id text: an order, payment, session, reference, hash, subscription, invoice, charge, case or break.
-- Answer: one row a fact of every case that the id stands in; `recon explain` tells the same in sentences.
select
    case_id,
    happened_at,
    what,
    subject,
    state,
    amount,
    currency,
    source
from reconciled.story($id::varchar)

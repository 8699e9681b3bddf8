-- One row: the certificate of transactions, from when on the book is covered without a gap.
with
coverage as (
    select * from reconciled.coverage
),

basis as (
    select * from reconciled.basis
),

transactions as (
    select * from reconciled.transaction_facts
)

select
    'transactions' as stream,
    coalesce(instant_text(coverage.complete_from), 'never') as window_from,
    instant_text(basis.as_of) as window_to,
    (
        select count(*) from transactions where transactions.created_at >= coverage.complete_from
    ) as rows_received,
    coverage.complete_from is not null as complete
from coverage
cross join basis

-- Of every stream and file, rows received are rows accepted, repeated, set aside or quarantined: none is lost or appears.
with
counted as (
    select
        code as source,
        sum(case when line = 'rows_received' then rows else 0 end) as received,
        sum(case when line = 'rows_accepted' then rows else 0 end) as accepted,
        sum(case when line = 'rows_repeated' then rows else 0 end) as repeated,
        sum(case when line = 'rows_aside' then rows else 0 end) as aside,
        sum(case when line = 'rows_quarantined' then rows else 0 end) as quarantined
    from reconciled.proof_of_rows
    where line in ('rows_received', 'rows_accepted', 'rows_repeated', 'rows_aside', 'rows_quarantined')
    group by code
)

select
    source,
    received,
    accepted,
    repeated,
    aside,
    quarantined
from counted
where received <> accepted + repeated + aside + quarantined

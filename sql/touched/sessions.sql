-- The checkout sessions of the touched payments.
select *
from validated.checkout_sessions
where rowid in (
    select sessions.rowid
    from validated.checkout_sessions as sessions
    semi join "validated.transactions" as transactions
        on sessions.session_id = transactions.checkout_session_id
)

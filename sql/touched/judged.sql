-- One row: what the tables of this judgement rest on, for the next one to tell what changed since.
with
basis as (
    select * from reconciled.basis
),

transactions as (
    select coalesce(max(arrival), 0) as arrival from raw.transactions
),

sessions as (
    select coalesce(max(arrival), 0) as arrival from raw.checkout_sessions
),

sweeps as (
    select count(*) as made from ops.sweeps
)

select
    basis.as_of,
    basis.rule_version,
    basis.policy_version,
    basis.timezone,
    basis.first_date,
    $calendars as calendars,
    transactions.arrival as transactions_arrival,
    sessions.arrival as sessions_arrival,
    sweeps.made as sweeps
from basis
cross join transactions
cross join sessions
cross join sweeps

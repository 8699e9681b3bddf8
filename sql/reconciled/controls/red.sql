-- One row per control that does not hold at this as-of: the sentence that the report gives as reason.
with
basis as (
    select * from reconciled.basis
),

residuals as (
    select
        1 as rank,
        'The residual of ' || business_date || ' in ' || currency || ' is '
        || money_text(amount, 2) || ' over ' || rows || ' rows and must be 0.' as reason
    from reconciled.proof
    where line = 'unexplained_residual' and (amount <> 0 or rows <> 0)
),

pulls as (
    select
        2 as rank,
        'The ' || replace(stream, '_', ' ')
        || coalesce(' from ' || instant_text(window_from) || ' to ' || instant_text(window_to), '')
        || ' are not shown complete: ' || reason as reason
    from ops.pulls
    where run_id = $run_id and not complete
),

stale as (
    select
        3 as rank,
        'No order row is dated ' || business_date || ', and ' || payments
        || ' completed payments are.' as reason
    from reconciled.stale_dates
    where is_in_book
),

files as (
    select
        4 as rank,
        'The order export ' || name || ' was refused: ' || reason as reason
    from ops.files
    where state = 'refused' and run_id = $run_id
),

rows_refused as (
    select
        5 as rank,
        count(*) || case count(*) when 1 then ' row of ' else ' rows of ' end
        || quarantine.source || case count(*) when 1 then ' is' else ' are' end
        || ' in quarantine: ' || min(quarantine.reason) as reason
    from validated.quarantine as quarantine
    cross join basis
    where quarantine.seen_at > coalesce(
        (select max(closings.as_of) from ops.closings as closings where closings.as_of < basis.as_of),
        '-infinity'::timestamptz
    )
    group by quarantine.source
),

together as (
    select * from residuals
    union all
    select * from pulls
    union all
    select * from stale
    union all
    select * from files
    union all
    select * from rows_refused
)

select reason
from together
order by rank, reason

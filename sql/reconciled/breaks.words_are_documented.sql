-- The state and the severity of a break are documented words, and a break's last day is not before its first.
select
    break_id,
    state,
    severity,
    first_seen_date,
    last_seen_date
from reconciled.breaks
where
    state not in (
        'open', 'assigned', 'waiting', 'resolved', 'written_off', 'auto_resolved', 'reopened'
    )
    or severity not in ('info', 'low', 'medium', 'high')
    or first_seen_date > last_seen_date

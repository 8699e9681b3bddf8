-- Runs that ended in neither a closing, nor kept answers, nor what people decided published, count as failed: a kill left them so.
update ops.runs set
    outcome = 'failed',
    reasons = [
        case kind
            when 'quotes' then 'The process ended before the answers were kept.'
            else 'The process ended before the snapshot was published.'
        end
    ]
where
    outcome not in ('failed', 'answered', 'acted')
    and run_id not in (select run_id from ops.closings)

-- One row per break that fits what was asked for, most severe first; whatever was not asked for is null.
-- As a past night told them where an instant is named.
-- The version is another one as soon as anything that a person decides on has changed.
select
    break_id,
    case_id,
    code,
    secondary_codes,
    severity,
    state,
    assignee,
    business_date,
    age_days,
    currency,
    expected_amount,
    actual_amount,
    money_impact,
    order_id,
    transaction_id,
    detail,
    first_seen_date,
    last_seen_date,
    'v' || left(
        sha256(
            to_json({
                'break_id': break_id,
                'code': code,
                'secondary_codes': secondary_codes,
                'currency': currency,
                'expected_amount': expected_amount::varchar,
                'actual_amount': actual_amount::varchar,
                'money_impact': money_impact::varchar,
                'state': state,
                'assignee': assignee,
                'last_action_no': last_action_no
            })::varchar
        ),
        16
    ) as version
from reconciled.breaks_as_of($as_of::timestamptz)
where
    ($break_ids::varchar[] is null or list_contains($break_ids::varchar[], break_id))
    and ($states::varchar[] is null or list_contains($states::varchar[], state))
    and ($code::varchar is null or code = $code::varchar or list_contains(secondary_codes, $code::varchar))
    and ($business_date::date is null or business_date = $business_date::date)
    and ($assignee::varchar is null or assignee = $assignee::varchar)
order by
    case severity when 'high' then 1 when 'medium' then 2 when 'low' then 3 else 4 end,
    abs(money_impact) desc,
    break_id

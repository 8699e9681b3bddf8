-- Why the whole book has to be judged, a sentence's end; nothing when what was touched is enough.
with
judged as (
    select * from reconciled.judged
),

basis as (
    select * from reconciled.basis
),

sweeps as (
    select count(*) as made from ops.sweeps
),

turned_units as (
    select units.currency
    from validated.minor_units as units
    inner join reconciled.judged_units as judged_units on units.currency = judged_units.currency
    where units.minor_units <> judged_units.minor_units
)

select
    case
        when judged.as_of is null then 'nothing was judged before'
        when basis.rule_version <> judged.rule_version then 'the rules changed'
        when basis.policy_version <> judged.policy_version then 'the policy changed'
        when basis.timezone <> judged.timezone then 'the time zone changed'
        when basis.first_date <> judged.first_date then 'the first date changed'
        when basis.as_of < judged.as_of then 'the as-of lies before the last judgement'
        when $calendars <> judged.calendars then 'the calendars of holidays changed'
        when sweeps.made > judged.sweeps then 'the gateway was swept'
        when exists (select 1 from turned_units) then 'the minor units of a currency changed'
    end as reason
from basis
cross join sweeps
left join judged on true

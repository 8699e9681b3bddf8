-- Why every validated row has to be computed, a sentence's end; nothing when fresh ones are enough.
with
built as (
    select * from validated.built
),

basis as (
    select * from reconciled.basis
),

sweeps as (
    select count(*) as made from ops.sweeps
)

select
    case
        when built.rule_version is null then 'nothing was computed before'
        when basis.rule_version <> built.rule_version then 'the rules changed'
        when basis.timezone <> built.timezone then 'the time zone changed'
        when sweeps.made > built.sweeps then 'the gateway was swept'
    end as reason
from basis
cross join sweeps
left join built on true

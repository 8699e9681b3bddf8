-- The evidence of a break is JSON without a bare number, and the impact it names is the break's own.
with
evidence as (
    select
        break_id,
        code,
        money_impact,
        case when json_valid(evidence) then evidence else '{}' end as readable
    from reconciled.breaks
),

bare_numbers as (
    select evidence.break_id, 'bare number ' || part.fullkey as fault
    from evidence
    cross join lateral (select * from json_tree(evidence.readable)) as part
    where part.type in ('DOUBLE', 'BIGINT', 'UBIGINT', 'HUGEINT', 'UHUGEINT')
),

foreign_impacts as (
    select break_id, 'no impact of ' || code as fault
    from evidence
    where
        try_cast(((readable -> 'impacts') ->> code) as decimal(38, 18))
        is distinct from money_impact
)

select break_id, fault from bare_numbers
union all
select break_id, fault from foreign_impacts

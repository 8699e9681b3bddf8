-- The codes of a break are catalogued, each once, and the primary precedes the secondary ones in their order.
with
basis as (
    select * from reconciled.basis
),

judged as (
    select
        breaks.break_id,
        list_prepend(breaks.code, breaks.secondary_codes) as codes
    from reconciled.breaks as breaks
    inner join basis on breaks.rule_version = basis.rule_version
),

listed as (
    select
        break_id,
        unnest(codes) as code,
        unnest(range(len(codes))) as place
    from judged
),

ranked as (
    select
        listed.*,
        catalogue.rank,
        lag(catalogue.rank) over (partition by listed.break_id order by listed.place) as rank_before
    from listed
    left join reconciled.break_codes as catalogue on listed.code = catalogue.code
)

select
    break_id,
    code,
    place
from ranked
where rank is null or rank <= rank_before

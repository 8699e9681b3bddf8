-- All rows of a case bear the same status, one of the documented words.
with
words as (
    select word
    from (
        values
        ('EXCLUDED'),
        ('AMBIGUOUS'),
        ('SUGGESTED'),
        ('BREAK'),
        ('PARTIAL'),
        ('EXPECTED'),
        ('NOT_EXPECTED'),
        ('MATCHED_MANUAL'),
        ('MATCHED_GROUP'),
        ('MATCHED_TOLERANCE'),
        ('MATCHED_EXACT')
    ) as documented(word)
)

select
    case_id,
    list(distinct match_status order by match_status) as statuses
from reconciled.matches
group by case_id
having
    count(distinct match_status) <> 1
    or bool_or(match_status is null or match_status not in (select word from words))

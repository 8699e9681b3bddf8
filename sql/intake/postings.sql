-- Appends the movements of this closing; the opening only where the date has none yet.
insert into reconciled.postings by name
select
    $closing_no::bigint as closing_no,
    business_date,
    currency,
    line,
    code,
    age_band,
    amount,
    rows
from reconciled.movements
where
    line <> 'breaks_opening'
    or business_date not in (select business_date from reconciled.postings)

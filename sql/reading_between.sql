-- What readers of the published database ask with: the daily close of a span, and exact percentages.

-- The rows of marts.daily_close from one business date to another, both included.
create or replace macro marts.daily_close_between(first_date, last_date) as table
select *
from marts.daily_close as closes
where closes.business_date between first_date::date and last_date::date
order by closes.business_date, closes.currency;

-- A part in percent of a whole, with four decimals, half away from zero; empty where there is no whole. The engine's
-- own division gives a binary fraction. Both amounts count to their eighth decimal.
create or replace macro marts.percent_of(part, whole) as (
    case
        when whole::decimal(30, 8) = 0 then null
        else
            divide(
                (abs(part::decimal(30, 8)) * 100000000)::hugeint * 2000000
                + (abs(whole::decimal(30, 8)) * 100000000)::hugeint,
                (abs(whole::decimal(30, 8)) * 100000000)::hugeint * 2
            )::decimal(38, 0)
            * 0.0001
            * (case when (part < 0) <> (whole < 0) then -1 else 1 end)::decimal(1, 0)
    end
)::decimal(24, 4);

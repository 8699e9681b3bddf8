-- Macros of every connection: exact products, the one rounding rule, and amounts as people write them.
-- The engine multiplies decimals up to 38 digits in all, so a product of two wide decimals is taken
-- apart into four narrow ones. Cutting the sum at 14 digits cannot move a rounding to at most 4 digits.

create or replace temp macro coins_upper(coins) as (abs(coins) - abs(coins) % 0.00000001)::decimal(20, 8);
create or replace temp macro coins_lower(coins) as (abs(coins) % 0.00000001)::decimal(18, 18);
create or replace temp macro rate_upper(rate) as (rate - rate % 0.000001)::decimal(18, 6);
create or replace temp macro rate_lower(rate) as (rate % 0.000001)::decimal(18, 18);

create or replace temp macro small_parts(coins, rate) as (
    (coins_lower(coins) * rate_upper(rate))::decimal(38, 26)
    + (coins_upper(coins) * rate_lower(rate))::decimal(38, 26)
    + ((coins_lower(coins) * rate_lower(rate)) - (coins_lower(coins) * rate_lower(rate)) % 0.00000000000000000000000001)::decimal(38, 26)
);

-- Fiat value of an amount of coins, sign kept; coins and rate below 10^12, rate not negative.
create or replace temp macro fiat_value(coins, rate) as (
    (
        (coins_upper(coins) * rate_upper(rate))
        + (small_parts(coins, rate) - small_parts(coins, rate) % 0.00000000000001)::decimal(38, 14)
    )::decimal(38, 18)
    * (case when coins < 0 then -1 else 1 end)::decimal(1, 0)
)::decimal(38, 18);

-- Rounding happens here and nowhere else: half away from zero, to the currency's minor unit.
create or replace temp macro round_to_minor_units(amount, minor_units) as (
    case coalesce(minor_units, 2)
        when 0 then round(amount, 0)::decimal(38, 18)
        when 1 then round(amount, 1)::decimal(38, 18)
        when 2 then round(amount, 2)::decimal(38, 18)
        when 3 then round(amount, 3)::decimal(38, 18)
        when 4 then round(amount, 4)::decimal(38, 18)
        -- Coins: no table says by how many digits to round before it runs.
        when 5 then round(amount, 5)::decimal(38, 18)
        when 6 then round(amount, 6)::decimal(38, 18)
        when 7 then round(amount, 7)::decimal(38, 18)
        when 8 then round(amount, 8)::decimal(38, 18)
        when 9 then round(amount, 9)::decimal(38, 18)
        when 10 then round(amount, 10)::decimal(38, 18)
        when 12 then round(amount, 12)::decimal(38, 18)
        else amount::decimal(38, 18)
    end
);

-- Coins without needless zeros: 750.12.
create or replace temp macro coins_text(amount) as (
    rtrim(rtrim(amount::decimal(38, 18)::varchar, '0'), '.')
);

-- How many decimals an amount always shows: its minor units, and none where a coin is divided finer.
create or replace temp macro shown_decimals(minor_units) as (
    case when coalesce(minor_units, 2) <= 4 then coalesce(minor_units, 2) else 0 end
);

-- Fiat with its minor units, more digits only where there are more: 41200.00.
create or replace temp macro money_text(amount, minor_units) as (
    coalesce(
        rtrim(
            left(
                amount::decimal(38, 18)::varchar,
                length(amount::decimal(38, 18)::varchar) - 18 + shown_decimals(minor_units)
            )
            || rtrim(right(amount::decimal(38, 18)::varchar, 18 - shown_decimals(minor_units)), '0'),
            '.'
        ),
        'nothing'
    )
);

-- A share in percent to four decimals, half rounded up: 1.0234. Nothing where there is no whole, or less than none.
-- Both are counted in hundred-millionths, so that whole numbers divide and no digit is lost before the rounding.
create or replace temp macro percent_text(part, whole) as (
    case
        when whole > 0 and part >= 0 then (
            divide(
                2 * 1000000 * (part::decimal(28, 8) * 100000000)::hugeint + (whole::decimal(28, 8) * 100000000)::hugeint,
                2 * (whole::decimal(28, 8) * 100000000)::hugeint
            )::decimal(28, 0) * 0.0001
        )::decimal(32, 4)::varchar
    end
);

-- How often an interval of billing comes in twelve months; nothing for an interval of no known name.
create or replace temp macro times_a_year(recurring_interval) as (
    case upper(recurring_interval)
        when 'YEAR' then 1
        when 'MONTH' then 12
        when 'WEEK' then 52
        when 'DAY' then 365
    end
);

-- One minor unit of a currency, in hundred-millionths.
create or replace temp macro minor_unit_parts(minor_units) as (
    case least(minor_units, 8)
        when 0 then 100000000 when 1 then 10000000 when 2 then 1000000 when 3 then 100000
        when 4 then 10000 when 5 then 1000 when 6 then 100 when 7 then 10 else 1
    end
)::hugeint;

-- What a price comes to in a month: a year of it by twelve, rounded once, half up, to the minor unit.
create or replace temp macro monthly_amount(price, recurring_interval, interval_count, minor_units) as (
    (
        divide(
            2 * times_a_year(recurring_interval) * (price::decimal(28, 8) * 100000000)::hugeint
            + 12 * greatest(coalesce(interval_count, 1), 1) * minor_unit_parts(minor_units),
            24 * greatest(coalesce(interval_count, 1), 1) * minor_unit_parts(minor_units)
        )::decimal(28, 0)
        * (minor_unit_parts(minor_units)::decimal(9, 0) * 0.00000001)::decimal(10, 8)
    )::decimal(38, 18)
);

-- The maximal runs of letters, digits, -, _, # and / in a text.
create or replace temp macro whole_tokens(text) as regexp_extract_all(text, '[\p{L}\p{Nd}_#/-]+');

-- A text with the e-mail addresses in it made unreadable: readers of the published file get none.
create or replace temp macro without_addresses(told) as (
    case
        when contains(told, '@')
            then regexp_replace(told, '[^\s@<>()",;:]+@[^\s@<>()",;:]+\.[^\s@<>()",;:]+', '(e-mail)', 'g')
        else told
    end
);

create or replace temp macro instant_text(instant) as strftime(timezone('UTC', instant), '%Y-%m-%dT%H:%M:%SZ');

-- An instant as told with its offset, as Unix seconds, or as a bare date: then where that date begins.
create or replace temp macro moment_of(told, zone) as (
    case
        when regexp_full_match(told, '[0-9]{10}') then timezone('UTC', make_timestamp(told::bigint * 1000000))
        when length(told) = 10 then timezone(zone, told::timestamp)
        else told::timestamptz
    end
);

-- Whether an instant lies in a span; the end itself lies outside.
create or replace temp macro lies_in(instant, span_from, span_until) as (
    instant >= span_from and instant < span_until
);

-- Whether the gateway is done with a payment, and whether a payment still waits to be paid out.
create or replace temp macro is_closed_status(status) as (
    coalesce(status, '') in ('COMPLETED', 'REFUNDED', 'FAILED', 'CANCELLED', 'EXPIRED')
);
create or replace temp macro awaits_payout(status, payout_status) as (
    coalesce(status, '') = 'COMPLETED' and coalesce(payout_status, '') not in ('COMPLETED', 'FAILED')
);

create or replace temp macro age_band(days) as (
    case
        when days <= 1 then '0–1'
        when days <= 7 then '2–7'
        when days <= 30 then '8–30'
        when days <= 60 then '31–60'
        when days <= 90 then '61–90'
        else 'over 90'
    end
);

-- When the gateway last changed what a row says. An instant a day and more after the row was read cannot be
-- meant, and a text that is no instant says nothing: neither orders versions.
create or replace temp macro stamped_at(updated_at, fetched_at) as (
    case
        when try_cast(updated_at as timestamptz) >= try_cast(fetched_at as timestamptz) + to_days(1) then null
        else try_cast(updated_at as timestamptz)
    end
);

-- The case of a refused row. One that the gateway sent without an id is known by what it says, whenever it came.
create or replace temp macro row_case(stream, source_digest, source_row, key) as (
    'row:' || stream || ':' || left(source_digest, 12)
    || case when stream = 'orders' or key is not null then ':' || source_row else '' end
);

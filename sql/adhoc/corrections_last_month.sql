-- Which corrections of the shop changed orders of a month, or moved them into it or out of it, after that month was over?
-- $month_date date = none: any date of the month; the month before the last closing's without it.
-- Answer: one row an order, export and column; former and new value are text, amount_change the difference where the amount changed and its currency did not, in major units of currency.
with
asked as (
    select
        date_trunc('month', coalesce($month_date::date, as_of_date - interval 1 month))::date
            as first_date,
        last_day(coalesce($month_date::date, (as_of_date - interval 1 month)::date)) as last_date
    from reconciled.basis
)

select
    changes.order_id,
    former.business_date as former_business_date,
    changes.business_date,
    changes.exported_date,
    changes.column_name,
    changes.former_value,
    changes.new_value,
    case
        when changes.column_name = 'amount' and former.currency = corrected.currency
            then changes.new_value::decimal(38, 18) - changes.former_value::decimal(38, 18)
    end::decimal(38, 18) as amount_change,
    former.currency as former_currency,
    corrected.currency,
    changes.source_file,
    changes.source_row
from validated.order_changes as changes
inner join validated.orders_history as corrected
    on changes.order_id = corrected.order_id and changes.version = corrected.version
inner join validated.orders_history as former
    on changes.order_id = former.order_id and changes.version = former.version + 1
inner join asked
    on
        changes.exported_date > asked.last_date
        and (
            changes.business_date between asked.first_date and asked.last_date
            or former.business_date between asked.first_date and asked.last_date
        )
order by changes.business_date, changes.order_id, changes.exported_date, changes.column_name

-- Which corrections of the shop moved orders of a month, after that month was over?
-- $month_date date = none: any date of the month; the month before the last closing's without it.
-- Answer: one row an order, export and column; former and new value are text, amount_change the difference where the amount changed, in major units of currency.
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
    changes.business_date,
    changes.exported_date,
    changes.column_name,
    changes.former_value,
    changes.new_value,
    case
        when changes.column_name = 'amount'
            then changes.new_value::decimal(38, 18) - changes.former_value::decimal(38, 18)
    end::decimal(38, 18) as amount_change,
    orders.currency,
    changes.source_file,
    changes.source_row
from validated.order_changes as changes
inner join asked
    on
        changes.business_date between asked.first_date and asked.last_date
        and changes.exported_date > asked.last_date
inner join validated.orders as orders on changes.order_id = orders.order_id
order by changes.business_date, changes.order_id, changes.exported_date, changes.column_name

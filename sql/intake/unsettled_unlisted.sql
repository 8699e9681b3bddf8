-- One row per unsettled transaction that no list of this run has shown.
select unsettled.transaction_id
from unsettled_transactions as unsettled
anti join staged_transactions as staged on unsettled.transaction_id = staged.row_key
order by unsettled.transaction_id

-- One row per row of the gateway that arrived since the tables of its stream were computed.
-- `rows_of_stream` are the received rows of that stream.
with
built as (
    select arrival from validated.built_streams where stream = $stream
)

select received.*
from rows_of_stream as received
where received.arrival > coalesce((select arrival from built), 0)

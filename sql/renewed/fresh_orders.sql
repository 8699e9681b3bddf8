-- One row per order row of the exports that came, went or moved since the validated tables were computed.
-- `rows_of_stream` are the order rows as read.
with
files as (
    select file_digest, arrival, exported_date from ops.files where state = 'accepted'
),

turned_files as (
    (from files except select file_digest, arrival, exported_date from validated.built_files)
    union all
    (select file_digest, arrival, exported_date from validated.built_files except from files)
)

select received.*
from rows_of_stream as received
semi join turned_files on received.file_digest = turned_files.file_digest

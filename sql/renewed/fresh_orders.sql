-- One row per order row of the exports that came, went or moved since the validated tables were computed.
-- `rows_of_stream` are the order rows as read.
select received.*
from rows_of_stream as received
semi join turned_files on received.file_digest = turned_files.file_digest

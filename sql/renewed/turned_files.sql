-- One row per accepted export that came, went or moved since the validated tables were computed.
with
files as (
    select file_digest, arrival, exported_date from ops.files where state = 'accepted'
),

built as (
    select file_digest, arrival, exported_date from validated.built_files
)

(from files except from built)
union all
(from built except from files)

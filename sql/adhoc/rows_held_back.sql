-- Which rows were refused and are still held back?
-- Answer: one row a refused row that was never received right since; reason says which value broke which rule.
select
    quarantine.stream,
    quarantine.source,
    quarantine.source_row,
    quarantine.key,
    quarantine.reason,
    quarantine.seen_at
from validated.quarantine as quarantine
anti join reconciled.mended_rows as mended
    on
        quarantine.stream = mended.stream
        and quarantine.source_digest = mended.source_digest
        and quarantine.source_row = mended.source_row
order by quarantine.seen_at, quarantine.stream, quarantine.source, quarantine.source_row

"""An answer as Parquet: decimals, dates and instants with their own types, row group by row group.

Belongs here: writing the batches of one statement. Stays out: where the bytes go.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.faults import ConfigurationFault
from pipelines.reading.queries import bound, one_sentence
from pipelines.reading.stopping import stoppable

ROWS_A_GROUP = 100_000


def write_parquet(
    connection: duckdb.DuckDBPyConnection,
    statement: duckdb.Statement,
    out: BinaryIO,
    *,
    parameters: Mapping[str, str | None] | None = None,
) -> int:
    """Write every row of one statement's answer; the number of rows."""
    values = bound(statement, parameters)

    def write_all() -> int:
        rows = 0
        # Closed whatever happens: an unread answer keeps the database open, and whoever opens it
        # next with other settings waits for ever.
        with (
            connection.sql(statement, params=values).to_arrow_reader(ROWS_A_GROUP) as batches,
            pq.ParquetWriter(out, batches.schema, compression="zstd") as writer,
        ):
            for batch in batches:
                writer.write_batch(batch)
                rows += batch.num_rows
        return rows

    try:
        with one_sentence():
            return stoppable(connection, write_all)
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid) as unfit:
        raise ConfigurationFault(
            f"The answer does not fit into Parquet: {str(unfit).splitlines()[0].rstrip('.')}.",
            "Cast the column to text, as in column::varchar.",
        ) from unfit

"""Asks a published file with whatever DuckDB this interpreter has, and nothing of the project.

Standard input has one JSON object: the file, and each query with its values. Standard output gets
the version, and the rows of each query as text.
"""

import json
import sys

import duckdb

asked = json.load(sys.stdin)
connection = duckdb.connect(asked["file"], read_only=True)
connection.execute("set TimeZone = 'UTC'")
rows = [
    [[str(value) for value in row] for row in connection.execute(text, values or None).fetchall()]
    for text, values in asked["queries"]
]
json.dump({"version": duckdb.__version__, "rows": rows}, sys.stdout)

"""The working database: opening it, taking facts in, computing tables, proving and publishing.

Belongs here: everything that executes SQL on `warehouse.duckdb` or writes the published file.
Stays out: what a table is (one query a file in `sql/`) and where facts come from.
"""

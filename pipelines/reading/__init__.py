"""Reading the published snapshot for people: their own queries, and the story behind one id.

Belongs here: everything that opens `published/finance.duckdb` to answer a question.
Stays out: the working database, and anything that writes.
"""

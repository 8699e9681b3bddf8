"""What data exists and what must be true of it: one module a stage, and the contracts.

Stays out: how it runs and what it talks to (`pipelines`), how a table is computed (`sql`).
"""

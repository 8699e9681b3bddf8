"""The steps of a night as plain functions: take in, pull, validate, judge, publish, deliver.

Belongs here: what a step does and in which order its effects become durable. Each step opens the
warehouse itself, holds the writer lock while it does, and may be run again after a kill.
Stays out: Dagster (thin skin in `assets` and `jobs`) and the queries (`sql`).
"""

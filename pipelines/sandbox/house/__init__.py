"""The rules of the house: contract, door, idempotency, lists, personalities and faults, over HTTP.

What the operations do is told in the rooms beside it; no row or rate is known here.
"""

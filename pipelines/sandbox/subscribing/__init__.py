"""The rooms of subscriptions: plans, checkouts, authorizations, invoices, charges, changes.

They change the world and answer calls; HTTP, keys and paging are the house's.
"""

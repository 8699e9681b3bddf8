"""The rooms of trade: quotes, sessions, transactions, the simulator, invoices and payment links.

They change the world and answer calls; HTTP, keys and paging are the house's.
"""

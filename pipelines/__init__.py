"""How it runs and what it talks to: settings, gateway, orders, warehouse, nights, command line.

Stays out: what data exists (`assets`), how it is computed (`sql`) and shown (`reports`).
"""

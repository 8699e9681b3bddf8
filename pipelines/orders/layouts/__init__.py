"""The layouts of order exports: where an order's parts stand in a table of text cells.

layout ──── the form of a description; generic, shopify, woocommerce ── the built-in ones
mapped ──── those out of `recon.toml`
choosing ── the one that a file is in
turning ─── a description carried out; folding, money, moments ── its parts
"""

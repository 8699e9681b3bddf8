"""How the sandbox tells others what happened: signed webhooks and server-sent events.

What happened is announced by the world; nothing is decided here.
"""

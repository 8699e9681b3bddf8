"""The KuvarPay client: one bounded conversation, exact rows, and proof of what was seen.

Everything that knows the gateway's addresses, envelopes and manners lives here. Keeping the
answers is `pipelines.landing`'s work, and what the rows mean is for the stages that follow.
"""

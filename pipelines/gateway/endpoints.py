"""The streams that the gateway offers, and how each of them is pulled: declarations only.

One entry a stream says path, key, wrapping, state, what is final, parent and strategy; `walk`
reads lists and single rows the same way for every entry. The fields of each stream stand in
`streams`: their columns are the vocabulary of the raw stage, one name a quantity, whatever the
gateway calls it today.
"""

from __future__ import annotations

from pipelines.gateway.endpoint import Endpoint
from pipelines.gateway.streams.payments import CHECKOUT_SESSIONS, TRANSACTIONS
from pipelines.gateway.streams.reference import (
    CURRENCIES,
    FEE_QUOTES,
    NETWORKS,
    SUBSCRIPTION_CURRENCIES,
)
from pipelines.gateway.streams.subscribing import (
    AUTHORIZATIONS,
    CHARGE_ATTEMPTS,
    PLANS,
    PRICES,
    SUBSCRIPTION_INVOICES,
    SUBSCRIPTIONS,
)

ENDPOINTS: dict[str, Endpoint] = {
    endpoint.stream: endpoint
    for endpoint in (
        TRANSACTIONS,
        CHECKOUT_SESSIONS,
        SUBSCRIPTIONS,
        PLANS,
        PRICES,
        SUBSCRIPTION_INVOICES,
        CHARGE_ATTEMPTS,
        AUTHORIZATIONS,
        CURRENCIES,
        NETWORKS,
        SUBSCRIPTION_CURRENCIES,
        FEE_QUOTES,
    )
}
"""Every stream by name; a parent stands before its children."""

"""Transactions and checkout sessions: where they are read, and the columns of their rows.

Only declarations. Which transactions are settled is more than a word: see
`sql/intake/unsettled_transactions.sql`.
"""

from __future__ import annotations

from pipelines.gateway.endpoint import Endpoint, Strategy, number, private, text, word
from pipelines.gateway.records import FieldTable

TRANSACTIONS = Endpoint(
    stream="transactions",
    meaning="Versions of the gateway's transactions as received, one row a version.",
    strategy=Strategy.WINDOW,
    list_path="/api/v1/transactions",
    detail_path="/api/v1/transactions/{id}",
    key="transaction_id",
    list_keys=("transactions",),
    object_keys=("transaction",),
    table=FieldTable(
        (
            text("transaction_id", "id", "uid", "transactionId"),
            text("business_id", "businessId"),
            word("type", "type"),
            text("reference", "reference"),
            text("external_id", "externalId"),
            text("description", "description"),
            number("exchange_rate", "exchangeRate"),
            text("deposit_tx_hash", "depositTxHash"),
            text("checkout_session_id", "checkoutSessionId", "sessionId"),
            text("invoice_id", "invoiceId"),
            text("payment_link_id", "paymentLinkId"),
            text("settlement_id", "settlementId"),
            word("status", "status"),
            word("payout_status", "payoutStatus"),
            number("fiat_amount", "amount", "toAmount"),
            word("fiat_currency", "currency", "toCurrency"),
            number("crypto_expected", "expectedAmount", "cryptoAmount", "fromAmount"),
            number("crypto_received", "actualAmount"),
            word("crypto_currency", "cryptoCurrency", "fromCurrency"),
            word("network", "fromNetwork", "network"),
            number("fee_amount", "fees", "fee", "feeAmount"),
            number("tolerance_percent", "paymentTolerance"),
            number("refund_amount", "refundAmount"),
            text("refund_tx_hash", "refundTxHash"),
            private("customer_email", "customerEmail"),
            text("created_at", "createdAt"),
            text("updated_at", "updatedAt"),
            text("expires_at", "expiresAt"),
        ),
        # Addresses, accounts, risk and a second and third hash: no question here asks for them.
        unused=(
            *("accountName", "accountNumber", "addressSource", "bankCode", "blockConfirmations"),
            *("callbackUrl", "customerName", "depositAddress", "estimatedUsdtAmount"),
            *("gateioOrderId", "isMobileMoney", "notes", "redirectUrl", "refundAddress"),
            *("riskFlags", "riskLevel", "riskScore", "toNetwork", "transactionHash", "txHash"),
            *("usdValue", "usdtAmount", "walletAddress", "walletReferenceId"),
        ),
        needed=("fee_amount", "crypto_received"),
    ),
)

CHECKOUT_SESSIONS = Endpoint(
    stream="checkout_sessions",
    meaning="Versions of checkout sessions as received, one row a version.",
    strategy=Strategy.NAMED,
    state="status",
    final=frozenset({"COMPLETED", "FAILED", "EXPIRED", "CANCELLED"}),
    detail_path="/api/v1/checkout-sessions/{id}",
    key="session_id",
    list_keys=("sessions", "checkoutSessions"),
    object_keys=("session", "checkoutSession"),
    table=FieldTable(
        (
            text("session_id", "sessionId", "id", "uid"),
            number("amount", "amount", "toAmount"),
            word("currency", "currency", "toCurrency"),
            text("description", "description"),
            private("customer_email", "customerEmail"),
            word("status", "status"),
            number("tolerance_percent", "paymentTolerance"),
            word("crypto_currency", "fromCurrency", "cryptoCurrency"),
            word("network", "fromNetwork", "network"),
            text("expires_at", "expiresAt"),
            text("created_at", "createdAt"),
            text("updated_at", "updatedAt"),
        ),
        unused=(
            *("authToken", "businessId", "callbackUrl", "customerName", "depositAddress"),
            *("expiresIn", "redirectUrl", "refundAddress", "transactions"),
        ),
    ),
)

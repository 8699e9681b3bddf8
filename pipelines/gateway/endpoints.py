"""The table of what the gateway offers: paths, envelopes and columns of every stream.

Only declarations; `walk` reads lists and ids the same way for every entry. The columns are the
vocabulary of the raw stage: one name a quantity, whatever the gateway calls it today.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.gateway.records import Field, FieldTable, Kind


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One stream: where it is listed, where one of it is read, and what its rows hold.

    `list_path` is None where the gateway has no list. `key` is the column that identifies a
    row; a row whose object lacks it has None there.
    """

    stream: str
    list_path: str | None
    detail_path: str
    key: str
    list_keys: tuple[str, ...]
    object_keys: tuple[str, ...]
    table: FieldTable

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column of a row of this stream, in order."""
        return self.table.columns


def _text(column: str, *names: str) -> Field:
    return Field(column, names)


def _number(column: str, *names: str) -> Field:
    return Field(column, names, Kind.NUMBER)


def _word(column: str, *names: str) -> Field:
    return Field(column, names, Kind.WORD)


TRANSACTIONS = Endpoint(
    stream="transactions",
    list_path="/api/v1/transactions",
    detail_path="/api/v1/transactions/{id}",
    key="transaction_id",
    list_keys=("transactions",),
    object_keys=("transaction",),
    table=FieldTable(
        (
            _text("transaction_id", "id", "uid", "transactionId"),
            _text("business_id", "businessId"),
            _word("type", "type"),
            _text("reference", "reference"),
            _text("external_id", "externalId"),
            _text("description", "description"),
            _number("exchange_rate", "exchangeRate"),
            _text("deposit_tx_hash", "depositTxHash"),
            _text("checkout_session_id", "checkoutSessionId", "sessionId"),
            _text("invoice_id", "invoiceId"),
            _text("payment_link_id", "paymentLinkId"),
            _text("settlement_id", "settlementId"),
            _word("status", "status"),
            _word("payout_status", "payoutStatus"),
            _number("fiat_amount", "amount", "toAmount"),
            _word("fiat_currency", "currency", "toCurrency"),
            _number("crypto_expected", "expectedAmount", "cryptoAmount", "fromAmount"),
            _number("crypto_received", "actualAmount"),
            _word("crypto_currency", "cryptoCurrency", "fromCurrency"),
            _word("network", "fromNetwork", "network"),
            _number("fee_amount", "fees", "fee", "feeAmount"),
            _number("tolerance_percent", "paymentTolerance"),
            _number("refund_amount", "refundAmount"),
            _text("refund_tx_hash", "refundTxHash"),
            Field("customer_email", ("customerEmail",), Kind.PRIVATE),
            _text("created_at", "createdAt"),
            _text("updated_at", "updatedAt"),
            _text("expires_at", "expiresAt"),
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
    list_path=None,
    detail_path="/api/v1/checkout-sessions/{id}",
    key="session_id",
    list_keys=("sessions", "checkoutSessions"),
    object_keys=("session", "checkoutSession"),
    table=FieldTable(
        (
            _text("session_id", "sessionId", "id", "uid"),
            _number("amount", "amount", "toAmount"),
            _word("currency", "currency", "toCurrency"),
            _text("description", "description"),
            Field("customer_email", ("customerEmail",), Kind.PRIVATE),
            _word("status", "status"),
            _number("tolerance_percent", "paymentTolerance"),
            _word("crypto_currency", "fromCurrency", "cryptoCurrency"),
            _word("network", "fromNetwork", "network"),
            _text("expires_at", "expiresAt"),
            _text("created_at", "createdAt"),
            _text("updated_at", "updatedAt"),
        ),
        unused=(
            *("authToken", "businessId", "callbackUrl", "customerName", "depositAddress"),
            *("expiresIn", "redirectUrl", "refundAddress", "transactions"),
        ),
    ),
)

ENDPOINTS = {endpoint.stream: endpoint for endpoint in (TRANSACTIONS, CHECKOUT_SESSIONS)}

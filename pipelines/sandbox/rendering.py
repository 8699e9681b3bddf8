"""The book in bytes: transactions and sessions as the API words them, orders as the export does.

A row is written once as a head that never changes and one tail for each of its versions; `whole`
joins them. Numbers keep all their digits and never pass through a float.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from decimal import Decimal
from json.encoder import encode_basestring

from pipelines.sandbox.case import Order, Payment, PaymentState, Session
from pipelines.sandbox.days import BusinessDays, iso
from pipelines.sandbox.tender import FIATS

EXPORT_HEADER = (
    "order_id,status,amount,currency,placed_at,paid_at,session_ids,transaction_ref,customer_email\n"
)
BUSINESS_ID = "7b0f6f5e-3f43-4f0e-9d3a-5a4b7c1d2e9f"
_CALLBACK = "https://shop.example/kuvarpay/webhook"
_REDIRECT = "https://shop.example/thanks"


def whole(head: bytes, tail: bytes) -> bytes:
    """One row of the API."""
    return b"{%b,%b}" % (head, tail)


def number(value: Decimal | None) -> str:
    """A JSON number with all digits, never in exponent form."""
    return "null" if value is None else format(value, "f")


def text(value: str | None) -> str:
    """A JSON string or null."""
    return "null" if value is None else encode_basestring(value)


def payment_head(payment: Payment) -> bytes:
    """The fields of a transaction that never change."""
    asset, session, fiat = payment.asset, payment.session, FIATS[payment.currency]
    amount, expected = number(payment.amount), number(payment.expected)
    usd, address = number(payment.usd_value), payment.address
    session_id = None if session is None else session.id
    return (
        f'"id":"{payment.id}","businessId":"{BUSINESS_ID}","reference":"{payment.reference}",'
        f'"externalId":{text(payment.external_id)},"type":"{payment.kind}",'
        f'"checkoutSessionId":{text(session_id)},"invoiceId":{text(payment.invoice_id)},'
        f'"paymentLinkId":{text(payment.payment_link_id)},'
        f'"customerName":{text(payment.customer.name)},'
        f'"customerEmail":{text(payment.customer.email)},'
        f'"amount":{amount},"currency":"{payment.currency}",'
        f'"toAmount":{amount},"toCurrency":"{payment.currency}","toNetwork":null,'
        f'"fromAmount":{expected},"fromCurrency":"{asset.coin}","fromNetwork":"{asset.network}",'
        f'"cryptoAmount":{expected},"cryptoCurrency":"{asset.coin}","expectedAmount":{expected},'
        f'"exchangeRate":{number(payment.rate)},"fees":{number(payment.fee)},'
        f'"usdValue":{usd},"usdtAmount":{usd},"estimatedUsdtAmount":{usd},'
        f'"paymentTolerance":{number(payment.tolerance)},'
        f'"depositAddress":"{address}","walletAddress":"{address}","addressSource":"generated",'
        f'"walletReferenceId":"wref_{payment.id[5:17]}","refundAddress":{text(payment.refund_address)},'
        f'"accountName":"Kuva Market Ltd","accountNumber":"0123456789",'
        f'"bankCode":"{fiat.bank_code}",'
        f'"isMobileMoney":{"true" if fiat.is_mobile_money else "false"},'
        f'"riskScore":5,"riskLevel":"LOW","riskFlags":[],'
        f'"callbackUrl":"{_CALLBACK}","redirectUrl":"{_REDIRECT}",'
        f'"description":{text(payment.description)},"notes":null,'
        f'"expiresAt":"{iso(payment.expires_at)}","createdAt":"{iso(payment.created_at)}"'
    ).encode()


def payment_tail(at: int, state: PaymentState) -> bytes:
    """The fields of a transaction that move, as of one version."""
    deposit = text(state.deposit_hash)
    return (
        f'"status":"{state.status}","payoutStatus":"{state.payout_status}",'
        f'"settlementId":{text(state.settlement_id)},"actualAmount":{number(state.received)},'
        f'"transactionHash":{deposit},"txHash":{deposit},"depositTxHash":{deposit},'
        f'"blockConfirmations":{state.confirmations},"refundAmount":{number(state.refunded)},'
        f'"refundTxHash":{text(state.refund_hash)},'
        f'"gateioOrderId":{text(state.exchange_order_id)},"updatedAt":"{iso(at)}"'
    ).encode()


def session_head(session: Session, seed: int) -> bytes:
    """The fields of a checkout session that never change, its token among them."""
    payment = session.payments[0] if session.payments else None
    address = None if payment is None else payment.address
    refund_address = None if payment is None else payment.refund_address
    return (
        f'"sessionId":"{session.id}","amount":{number(session.amount)},'
        f'"currency":{text(session.currency)},"description":{text(session.description)},'
        f'"customerName":{text(session.customer.name)},'
        f'"customerEmail":{text(session.customer.email)},'
        f'"paymentTolerance":{number(session.tolerance)},'
        f'"fromCurrency":{text(session.coin)},"fromNetwork":{text(session.network)},'
        f'"refundAddress":{text(refund_address)},"depositAddress":{text(address)},'
        f'"callbackUrl":"{_CALLBACK}","redirectUrl":"{_REDIRECT}",'
        f'"expiresAt":"{iso(session.expires_at)}","createdAt":"{iso(session.created_at)}",'
        f'"authToken":"{session_token(session.id, session.expires_at, seed)}"'
    ).encode()


def session_tail(at: int, status: str) -> bytes:
    """The fields of a checkout session that move, as of one version."""
    return f'"status":"{status}","updatedAt":"{iso(at)}"'.encode()


def session_token(session_id: str, expires_at: int, seed: int) -> str:
    """A JWT of the right shape, signed with a secret that only this book has."""
    claims = _base64(f'{{"sub":"{session_id}","exp":{expires_at // 1000}}}'.encode())
    signed = f"{_TOKEN_HEADER}.{claims}"
    digest = hmac.digest(f"sandbox/{seed}".encode(), signed.encode(), hashlib.sha256)
    return f"{signed}.{_base64(digest)}"


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


_TOKEN_HEADER = _base64(b'{"alg":"HS256","typ":"JWT"}')


def order_lines(order: Order, days: BusinessDays) -> Iterator[tuple[int, str]]:
    """Each version of an order: the instant of the change and its line in the export.

    Nothing that the shop writes needs the quotes of CSV.
    """
    priced = f"{order.amount:f},{order.currency},{days.local_text(order.placed_at)}"
    named = f"{';'.join(order.session_ids)},{order.transaction_ref},{order.email}"
    paid_at, paid = None, ""
    for state in order.states:
        if state.paid_at != paid_at:
            paid_at = state.paid_at
            paid = "" if paid_at is None else days.local_text(paid_at)
        yield state.at, f"{order.id},{state.status},{priced},{paid},{named}\n"

"""Exports as shops write them, line by line; what a test does not name is as the shop's default.

Belongs here: the headers of the shops' own exports and makers of their lines.
"""

from __future__ import annotations

import csv
import io


def _columns(line: str) -> list[str]:
    return line.split(",")


SHOPIFY_HEADER = _columns(
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,"
    "Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,"
    "Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem compare at price,"
    "Lineitem sku,Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,"
    "Billing Name,Billing Street,Billing Address1,Billing Address2,Billing Company,"
    "Billing City,Billing Zip,Billing Province,Billing Country,Billing Phone,Shipping Name,"
    "Shipping Street,Shipping Address1,Shipping Address2,Shipping Company,Shipping City,"
    "Shipping Zip,Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,"
    "Cancelled at,Payment Method,Payment Reference,Refunded Amount,Vendor,Outstanding Balance,"
    "Employee,Location,Device ID,Id,Tags,Risk Level,Source,Lineitem discount,Tax 1 Name,"
    "Tax 1 Value,Tax 2 Name,Tax 2 Value,Phone,Receipt Number,Duties,Billing Province Name,"
    "Shipping Province Name,Payment ID,Payment Terms Name,Next Payment Due At,"
    "Payment References"
)
WOOCOMMERCE_HEADER = _columns(
    "order_id,order_number,order_date,paid_date,status,shipping_total,shipping_tax_total,"
    "fee_total,tax_total,cart_discount,order_discount,discount_total,order_total,"
    "order_subtotal,order_currency,payment_method,payment_method_title,transaction_id,"
    "customer_ip_address,shipping_method,customer_id,customer_email,billing_first_name,"
    "billing_last_name,billing_email,billing_phone,billing_address_1,billing_city,"
    "billing_country,customer_note,shipping_items,fee_items,tax_items,coupon_items,"
    "refund_items,order_notes,meta:_kuvarpay_session_id,line_item_1,line_item_2"
)
_SHOPIFY_ORDER = {
    "Name": "#1001",
    "Email": "ada@shop.example",
    "Financial Status": "paid",
    "Paid at": "2026-11-20 09:45:00 +0100",
    "Fulfillment Status": "unfulfilled",
    "Accepts Marketing": "no",
    "Currency": "NGN",
    "Subtotal": "1000.00",
    "Shipping": "250.00",
    "Taxes": "0.00",
    "Total": "1250.00",
    "Discount Amount": "0.00",
    "Shipping Method": "Standard",
    "Created at": "2026-11-20 09:30:00 +0100",
    "Lineitem quantity": "1",
    "Lineitem name": "Ankara print, 6 yards",
    "Lineitem price": "1000.00",
    "Lineitem requires shipping": "true",
    "Billing Name": "Ada Obi",
    "Payment Method": "KuvarPay",
    "Refunded Amount": "0.00",
    "Outstanding Balance": "0.00",
    "Id": "5678901234567",
    "Risk Level": "Low",
    "Source": "web",
}
_WOOCOMMERCE_ORDER = {
    "order_id": "4711",
    "order_number": "4711",
    "order_date": "2026-11-20 09:30:00",
    "paid_date": "2026-11-20 09:45:00",
    "status": "processing",
    "order_total": "1250.00",
    "order_currency": "NGN",
    "payment_method": "kuvarpay",
    "payment_method_title": "Pay with crypto",
    "billing_email": "ada@shop.example",
    "line_item_1": "name:Ankara print|product_id:12|sku:AP-6|quantity:1|total:1250.00",
}


def shopify(**given: str) -> dict[str, str]:
    """The first line of an order; columns are named with _ for their blanks."""
    return {**_SHOPIFY_ORDER, **_spelled(given)}


def shopify_item(**given: str) -> dict[str, str]:
    """A further line of an order, which has its name, its item and little else."""
    repeated = ("Name", "Email", "Created at", "Lineitem quantity", "Lineitem name")
    return {**{column: _SHOPIFY_ORDER[column] for column in repeated}, **_spelled(given)}


def woocommerce(**given: str) -> dict[str, str]:
    """One line of a WooCommerce export."""
    return {**_WOOCOMMERCE_ORDER, **given}


def written(header: list[str], *lines: dict[str, str]) -> bytes:
    """The file, as a spreadsheet-minded program writes it."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, header, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue().encode()


def _spelled(given: dict[str, str]) -> dict[str, str]:
    return {column.replace("_", " "): value for column, value in given.items()}

"""The served contract as a file: complete, sound in itself, and honest about what is attested.

Whether the sandbox keeps to it is proved elsewhere; nothing here starts a server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import yaml
from jsonschema import Draft202012Validator

FILE = Path(__file__).parents[2] / "pipelines/sandbox/openapi.yaml"
CONTRACT: dict[str, Any] = yaml.load(FILE.read_text(encoding="utf-8"), yaml.CSafeLoader)
SCHEMAS: dict[str, Any] = CONTRACT["components"]["schemas"]
OPERATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    operation["operationId"]: (path, operation)
    for path, entry in CONTRACT["paths"].items()
    for operation in entry.values()
}
BEYOND_THE_SEED = {
    "refundExcessPayment", "getDetailedPaymentStatus", "getTransactionStatusByReference",
    "listExpiredTransactions",
}  # fmt: skip
NAMED_IN_THE_SEED = (
    "ErrorResponse", "CreateInvoiceRequest", "CreatePaymentLinkRequest", "InvoiceResponse",
    "PaymentLinkResponse", "CreateInvoiceResponse", "CreatePaymentLinkResponse",
    "SendInvoiceEmailRequest", "SendInvoiceEmailResponse", "SubscriptionInvoice",
)  # fmt: skip
FOR_A_PUBLISHABLE_KEY = {
    "calculatePaymentAmount", "createTransaction", "getTransaction", "createCheckoutSession",
    "getCheckoutSession", "getOptimalTransferFee", "listCurrencies", "listSupportedCurrencies",
    "listSubscriptionCurrencies", "listNetworks", "listSubscriptionNetworks", "listPlans",
    "getPlan", "listPrices", "createSubscriptionCheckoutSession",
    "getSubscriptionCheckoutSession", "confirmSubscriptionCheckout",
}  # fmt: skip
NAMES_AN_OBJECT_IN_ITS_BODY = {
    "createTransaction", "forceSimulatorScenario", "forceTransactionStatus",
    "createSubscription", "createSubscriptionCheckoutSession",
}  # fmt: skip
REFUSES_STATES = {
    "forceSimulatorScenario", "forceTransactionStatus", "updateSubscription", "deleteSubscription",
}  # fmt: skip
PROVENANCES = {"seed", "docs", "client", "assumed"}
# Of the pairs that a coin and its network can make, those that are carried.
CARRIED = {
    ("USDT", "TRON"), ("USDT", "BSC"), ("USDC", "ETHEREUM"), ("BTC", "BITCOIN"),
    ("ETH", "ETHEREUM"),
}  # fmt: skip

every_operation = pytest.mark.parametrize("name", OPERATIONS)


def nodes(value: Any, path: str = "#") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every mapping of the file, with where it stands."""
    if isinstance(value, dict):
        yield path, value
    members = value.items() if isinstance(value, dict) else enumerate(value)
    for name, member in members:
        if isinstance(member, dict | list):
            yield from nodes(member, f"{path}/{name}")


def properties() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property of every schema, also of those inside conditions."""
    for path, node in nodes(CONTRACT):
        if not path.endswith("/properties") and isinstance(node.get("properties"), dict):
            for name, member in node["properties"].items():
                yield f"{path}/{name}", member


def resolved(entry: dict[str, Any]) -> dict[str, Any]:
    """What a reference stands for, or the entry itself."""
    while "$ref" in entry:
        target: Any = CONTRACT
        for step in entry["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        entry = target
    return entry


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": CONTRACT["components"]})


def request_schema(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = SCHEMAS[name]
    return schema


def parameters(name: str) -> dict[str, dict[str, Any]]:
    found = [resolved(each) for each in OPERATIONS[name][1].get("parameters", ())]
    return {each["name"]: each for each in found}


def statuses_of(name: str) -> set[str]:
    """What an operation can answer, told from its path, parameters, body and key."""
    path, operation = OPERATIONS[name]
    has_body, has_key = "requestBody" in operation, operation["x-key"] in ("client", "secret")
    # An id in the path cannot be ill-formed: what no id can look like is an id that nothing has.
    is_checked = has_body or any(each["in"] != "path" for each in parameters(name).values())
    is_conditional = "Idempotency-Key" in parameters(name) or name in REFUSES_STATES
    told = {
        "200": True,
        "400": is_checked,
        "401": operation["x-key"] != "none",
        "403": has_key,
        "404": "{" in path or name in NAMES_AN_OBJECT_IN_ITS_BODY,
        "409": is_conditional,
        "413": has_body,
        "429": True,
    }
    return {status for status, is_told in told.items() if is_told}


def test_the_file_is_an_openapi_document_that_a_stranger_can_load():
    assert CONTRACT["openapi"] == "3.1.0"
    loaded = schemathesis.openapi.from_dict(CONTRACT)
    assert len(list(loaded.get_all_operations())) == len(OPERATIONS)
    assert [server["url"] for server in CONTRACT["servers"]] == [
        "http://127.0.0.1:8787",
        "https://payment.kuvarpay.com",
    ]


def test_there_are_51_operations_the_seeds_47_and_four_more():
    later = {name for name, (_, each) in OPERATIONS.items() if each["x-doc-era"] != "seed"}
    assert len(OPERATIONS) == 51
    assert later == BEYOND_THE_SEED


@pytest.mark.parametrize("name", NAMED_IN_THE_SEED)
def test_a_schema_named_in_the_seed_stands_under_its_name(name):
    assert SCHEMAS[name]["type"] == "object"


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one_of_json_schema(name):
    Draft202012Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize("name", SCHEMAS)
def test_no_schema_stands_unused(name):
    used = {node["$ref"] for _, node in nodes(CONTRACT) if "$ref" in node}
    assert f"#/components/schemas/{name}" in used


def test_every_reference_leads_somewhere():
    for path, node in nodes(CONTRACT):
        assert resolved(node) is not None, path


def test_every_property_says_where_it_comes_from():
    silent = [path for path, each in properties() if each.get("x-provenance") not in PROVENANCES]
    assert silent == []


def test_what_is_marked_as_tightened_is_attested_and_holds_the_keyword():
    for path, node in nodes(CONTRACT):
        if "x-assumed" in node:
            assert node["x-provenance"] != "assumed", path
            assert set(node["x-assumed"]) <= set(node), path


def test_a_required_member_is_declared():
    for path, node in nodes(SCHEMAS):
        is_condition = path.endswith("/if") or "/anyOf/" in path
        if "required" in node and "properties" in node and not is_condition:
            assert set(node["required"]) <= set(node["properties"]), path


def test_open_vocabularies_list_their_words_attested_or_assumed():
    for path, node in nodes(SCHEMAS):
        if node.get("x-vocabulary") == "open" and "x-known-values" in node and "enum" in node:
            assert set(node["enum"]) == {*node["x-known-values"], *node["x-assumed-values"]}, path


def test_examples_fit_their_schemas():
    with_examples = [(path, node) for path, node in nodes(CONTRACT) if "examples" in node]
    assert with_examples
    for _, node in with_examples:
        for example in node["examples"]:
            validator(node).validate(example)


@every_operation
def test_an_operation_says_where_it_comes_from_and_who_may_call(name):
    operation = OPERATIONS[name][1]
    assert operation["x-provenance"] in PROVENANCES
    assert set(operation["x-provenance-detail"].values()) <= PROVENANCES
    expected = "client" if name in FOR_A_PUBLISHABLE_KEY else "secret"
    expected = "session" if name.startswith("sse") else expected
    expected = "none" if name == "getTransactionStatusByReference" else expected
    assert operation["x-key"] == expected
    assert "servers" not in operation


@every_operation
def test_an_operation_documents_each_status_that_it_can_answer(name):
    assert set(OPERATIONS[name][1]["responses"]) == statuses_of(name)


@every_operation
def test_every_answer_carries_the_requests_id_and_every_refusal_an_error(name):
    for status, entry in OPERATIONS[name][1]["responses"].items():
        response = resolved(entry)
        assert "X-Request-Id" in response["headers"]
        assert ("Retry-After" in response["headers"]) == (status == "429")
        if status != "200":
            schema = response["content"]["application/json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/ErrorResponse"}


@every_operation
def test_an_answer_in_an_envelope_says_success(name):
    content = OPERATIONS[name][1]["responses"]["200"]["content"]
    if "application/json" not in content or name == "confirmSubscriptionCheckout":
        return
    schema = resolved(content["application/json"]["schema"])
    assert schema["properties"]["success"]["const"] is True
    assert set(schema["required"]) == set(schema["properties"])
    assert "pagination" in schema["properties"] or "page" not in parameters(name)


@every_operation
def test_path_parameters_are_bounded_ids(name):
    path = OPERATIONS[name][0]
    placed = [each for each in parameters(name).values() if each["in"] == "path"]
    assert {f"{{{each['name']}}}" for each in placed} == {
        step for step in path.split("/") if step.startswith("{")
    }
    for each in placed:
        assert each["schema"]["maxLength"] == 128
        assert each["schema"]["pattern"] == "^[A-Za-z0-9_-]+$"


@every_operation
def test_links_lead_to_operations_and_fill_parameters_that_they_have(name):
    for link in OPERATIONS[name][1]["responses"]["200"].get("links", {}).values():
        target = link["operationId"]
        assert target in OPERATIONS
        assert set(link.get("parameters", {})) <= set(parameters(target))
        if "requestBody" in link:
            entry = OPERATIONS[target][1]["requestBody"]["content"]["application/json"]["schema"]
            assert set(link["requestBody"]) <= set(resolved(entry)["properties"])


@pytest.mark.parametrize("coin", ["USDT", "USDC", "BTC", "ETH"])
@pytest.mark.parametrize("network", ["TRON", "BSC", "ETHEREUM", "BITCOIN"])
def test_a_coin_is_accepted_on_the_networks_that_carry_it(coin, network):
    asked = {"amount": 10, "currency": "NGN", "fromCurrency": coin, "fromNetwork": network}
    is_valid = validator(request_schema("CreateCheckoutSessionRequest")).is_valid(asked)
    assert is_valid == ((coin, network) in CARRIED)


CUSTOMER = {"email": "ada@example.com"}
PRICED: list[tuple[str, Callable[[str, Any], dict[str, Any]]]] = [
    ("CreateCheckoutSessionRequest", lambda code, total: {"amount": total, "currency": code}),
    ("CreateTransactionRequest", lambda code, total: {"toAmount": total, "toCurrency": code}),
    (
        "CalculatePaymentRequest",
        lambda code, total: {"toAmount": total, "toCurrency": code, "fromCurrency": "BTC"},
    ),
    (
        "InvoiceItemInput",
        lambda code, total: {
            "description": "Tea",
            "quantity": 1,
            "unitPrice": total,
            "currency": code,
        },
    ),
    (
        "CreatePaymentLinkRequest",
        lambda code, total: {"title": "Tea", "amount": total, "currency": code},
    ),
    (
        "CreatePriceRequest",
        lambda code, total: {"amount": f"{total:.2f}", "currency": code, "interval": "month"},
    ),
    (
        "CreateMeteredInvoiceRequest",
        lambda code, total: {"amount": f"{total:.2f}", "currency": code},
    ),
    (
        "CreateSubscriptionCheckoutRequest",
        lambda code, total: {
            "customer": CUSTOMER,
            "billingMode": "METERED",
            "targetPrice": {"targetAmount": f"{total:.2f}", "targetCurrency": code},
        },
    ),
]


@pytest.mark.parametrize(("name", "body"), PRICED)
def test_francs_have_no_decimals_where_shillings_have_two(name, body):
    checked = validator(request_schema(name))
    assert not checked.is_valid(body("RWF", 10.5))
    assert checked.is_valid(body("RWF", 10))
    assert checked.is_valid(body("KES", 10.5))


@pytest.mark.parametrize(
    ("text", "is_amount"),
    [("2999", True), ("0.01", True), ("10.5", True), ("0", False), ("0.00", False)]
    + [(text, False) for text in ("-1", "01", "1.005", "1e3", " 1", "1,5", "NaN", "")],
)
def test_a_decimal_string_is_a_positive_amount_of_two_decimals(text, is_amount):
    body = {"amount": text, "currency": "NGN", "interval": "month"}
    assert validator(request_schema("CreatePriceRequest")).is_valid(body) == is_amount


@pytest.mark.parametrize("name", [name for name in SCHEMAS if name.endswith("Request")])
def test_a_request_tolerates_members_that_nobody_declared(name):
    assert SCHEMAS[name].get("additionalProperties", True) is True


@pytest.mark.parametrize(
    ("body", "is_valid"),
    [
        ({"checkoutSessionId": "cs_1"}, True),
        ({"toCurrency": "NGN", "toAmount": 100, "fromCurrency": "USDT"}, True),
        ({"toCurrency": "NGN", "fromCurrency": "USDT"}, False),
        ({}, False),
    ],
)
def test_a_transaction_needs_a_session_or_an_amount(body, is_valid):
    assert validator(request_schema("CreateTransactionRequest")).is_valid(body) == is_valid

"""Secret values go, whatever the nesting, spacing, escaping or cut; all else stays."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.gateway.redaction import SECRET_FIELDS, cut_secrets

MARK = "Zq7"

plain_text = st.text(
    st.sampled_from('ab:,{}[]"\\/ \n\té€u0022\u2028') | st.characters(codec="utf-8"), max_size=12
)
secret_text = plain_text.map(lambda text: f"{MARK}{text}{MARK}")
secret_value = st.one_of(
    secret_text,
    st.lists(secret_text, max_size=3),
    st.dictionaries(plain_text, secret_text, max_size=2),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.none(),
)
harmless = st.one_of(plain_text, st.integers(), st.booleans(), st.none())
secret_pair = st.tuples(st.sampled_from(SECRET_FIELDS), secret_value)
spelling = st.fixed_dictionaries(
    {"ensure_ascii": st.booleans(), "indent": st.sampled_from([None, 0, 2])}
)


def _dumps(value: object, form: dict[str, Any]) -> str:
    return json.dumps(value, **form)


@st.composite
def objects(draw: st.DrawFn, depth: int = 2) -> dict[str, Any]:
    """An object with secrets, and inside it others, as they are and as text of JSON."""
    found: dict[str, Any] = draw(st.dictionaries(plain_text, harmless, max_size=3))
    if draw(st.booleans()):
        found.update([draw(secret_pair)])
    if depth and draw(st.booleans()):
        found["child"] = draw(objects(depth - 1))
    if depth and draw(st.booleans()):
        found["text"] = _dumps(draw(objects(depth - 1)), draw(spelling))
    found.update([draw(secret_pair)])
    return found


def _without_secrets(value: Any) -> Any:
    """The same cut done on the parsed tree: the oracle."""
    if isinstance(value, dict):
        return {
            name: None if name in SECRET_FIELDS else _without_secrets(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_without_secrets(inner) for inner in value]
    if isinstance(value, str) and any(name in value for name in SECRET_FIELDS):
        try:
            return ("json", _without_secrets(json.loads(value)))
        except ValueError:
            return value
    return value


@given(objects(), spelling)
@settings(max_examples=150, deadline=None)
def test_the_cut_equals_the_cut_on_the_parsed_tree(
    value: dict[str, Any], form: dict[str, Any]
) -> None:
    kept = json.loads(cut_secrets(_dumps(value, form).encode()))

    assert _without_secrets(kept) == _without_secrets(value)
    assert MARK not in json.dumps(kept)


@given(objects(), spelling, st.floats(0, 1))
@settings(max_examples=150, deadline=None)
def test_a_body_cut_anywhere_shows_no_secret(
    value: dict[str, Any], form: dict[str, Any], share: float
) -> None:
    body = _dumps(value, form).encode()
    assert MARK.encode() not in cut_secrets(body[: int(len(body) * share)])


@given(objects(depth=1), spelling)
@settings(max_examples=100, deadline=None)
def test_quotes_written_as_u0022_hide_nothing(value: dict[str, Any], form: dict[str, Any]) -> None:
    inner = _dumps(value, form)
    body = json.dumps({"text": inner}, ensure_ascii=False).replace('\\"', "\\u0022").encode()

    kept = cut_secrets(body)

    assert MARK.encode() not in kept
    json.loads(kept)


@given(st.sampled_from(SECRET_FIELDS), st.data())
@settings(max_examples=100, deadline=None)
def test_names_with_escaped_letters_hide_nothing(name: str, data: st.DataObject) -> None:
    escaped = "".join(
        f"\\u{ord(letter):04x}" if data.draw(st.booleans()) else letter for letter in name
    )
    body = f'{{"a":1,"{escaped}" :\n"{MARK}","b":2}}'.encode()

    assert json.loads(cut_secrets(body)) == {"a": 1, name: None, "b": 2}


@given(st.binary(max_size=60) | plain_text.map(str.encode))
@example(b'"accountName"')
@example(b'"accountName":')
@example(b'\\"accountName\\":\\"')
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_taken_and_without_secret_names_kept(body: bytes) -> None:
    kept = cut_secrets(body)
    if not re.search(rb"(?i)token|name|number|code|\\u00", body):
        assert kept is body


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        (b'{"authToken":"x"}', b'{"authToken":null}'),
        (b'{"authToken" \t:\r\n "x" }', b'{"authToken" \t:\r\n null }'),
        (b'{"account_number":7,"a":1}', b'{"account_number":null,"a":1}'),
        (b'{"AccountName":"x"}', b'{"AccountName":null}'),
        (b'{"bank-code":"x"}', b'{"bank-code":null}'),
        (b'{"bankCode":{"a":["}",{"b":"]"}]},"c":1}', b'{"bankCode":null,"c":1}'),
        (b'{"bankCode":{"a":["}",{"b', b'{"bankCode":null'),
        (b'{"authToken":"a\\"b","c":1}', b'{"authToken":null,"c":1}'),
        (b'{"authToken":"a\\\\","c":"d"}', b'{"authToken":null,"c":"d"}'),
        (b'{"authToken":"never clos', b'{"authToken":null'),
        (b'{"t":"{\\"authToken\\":\\"a\\\\\\"b\\",\\"c\\":1}"}',
         b'{"t":"{\\"authToken\\":null,\\"c\\":1}"}'),
        (b'{"t":"{\\"authToken\\":\\"unclosed","c":"d"}', b'{"t":"{\\"authToken\\":null","c":"d"}'),
        (b'{"authToken":null,"accountName":true}', b'{"authToken":null,"accountName":null}'),
        (b'{"customerAccountName":"x","authTokens":"y"}', None),
        (b'{"note":"the accountName is secret"}', None),
        (b"<html>accountName</html>", None),
    ],
)  # fmt: skip
def test_a_value_is_cut_and_all_else_kept(body: bytes, kept: bytes | None) -> None:
    assert cut_secrets(body) == (body if kept is None else kept)

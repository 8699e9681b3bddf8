"""The human page: every operation of the contract stands on it, with what is attested of it."""

import copy
import re
from html.parser import HTMLParser

import pytest
from sandbox.contract.documented import loaded

from pipelines.sandbox.house.page import CONTROLS, render_page

CONTRACT = loaded()
OPERATIONS = {
    entry["operationId"]: (method.upper(), path, entry)
    for path, entries in CONTRACT["paths"].items()
    for method, entry in entries.items()
}
ALONE = {"meta", "br"}


class Page(HTMLParser):
    """Rows of cells, each cell its text and the classes inside it; tags must be balanced."""

    def __init__(self, html):
        super().__init__()
        self.open, self.rows, self.attributes, self.texts = [], [], [], []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.attributes += attrs
        if tag not in ALONE:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append(("", []))
        elif "tr" in self.open:
            text, classes = self.rows[-1][-1]
            self.rows[-1][-1] = (text, [*classes, *dict(attrs).get("class", "").split()])

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)
        if self.open[-1:] and "tr" in self.open and self.rows[-1]:
            text, classes = self.rows[-1][-1]
            self.rows[-1][-1] = (f"{text} {data}".strip(), classes)

    def row(self, *first):
        """The one row that begins so."""
        (found,) = [
            row for row in self.rows if tuple(text for text, _ in row)[: len(first)] == first
        ]
        return found


def rendered(contract):
    return Page(render_page(contract, "http://127.0.0.1:8787").decode())


@pytest.fixture(scope="module")
def page(client):
    answer = client.get("/")
    assert answer.headers["content-type"].startswith("text/html")
    return Page(answer.text)


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_stands_on_the_page_with_its_key_provenance_and_answers(page, name):
    method, path, entry = OPERATIONS[name]
    told = entry["x-provenance-detail"]
    _, _, key, (marks, classes), (statuses, _) = page.row(method, f"{path} {entry['summary']}")
    assert key == (entry["x-key"], [])
    assert re.findall(r"([a-z ]+): ([a-z]+)", marks) == [
        (f"{' ' if place else ''}{part.replace('_', ' ')}", told[part])
        for place, part in enumerate(("name_and_method", "path", "request", "response"))
    ]
    assert [mark for mark in classes if mark != "mark"] == list(told.values())
    assert statuses.split() == sorted(entry["responses"])


def test_the_page_says_how_many_operations_there_are_and_shows_no_more(page):
    paths = [row for row in page.rows if len(row) == 5 and row[0][0] != "Method"]
    assert len(paths) == len(OPERATIONS) == 51
    assert "51 operations" in " ".join(page.texts)


@pytest.mark.parametrize(("methods", "path", "what"), CONTROLS)
def test_a_control_on_the_page_is_served_with_its_methods(page, client, methods, path, what):
    assert page.row(methods, path, what)
    assert client.request("TRACE", path).status_code == 405
    allowed = set(client.request("TRACE", path).headers["allow"].split(", ")) - {"HEAD"}
    assert allowed == set(methods.split(", "))


def test_the_page_needs_nothing_from_elsewhere_and_tells_its_own_address(page, client):
    sources = [value for name, value in page.attributes if name in ("src", "href", "action")]
    assert sources == ["/openapi.yaml"]
    assert any(str(client.base_url).rstrip("/") in text for text in page.texts)


def test_what_the_contract_says_is_shown_as_text_whatever_it_is():
    contract = copy.deepcopy(CONTRACT)
    contract["paths"]["/api/v1/networks"]["get"]["summary"] = "<script>alert(1)</script> & more"
    hostile = "/api/v1/networks <script>alert(1)</script> & more"
    assert rendered(contract).row("GET", hostile)


def test_a_provenance_that_is_changed_in_the_contract_is_changed_on_the_page():
    contract = copy.deepcopy(CONTRACT)
    contract["paths"]["/api/v1/networks"]["get"]["x-provenance-detail"]["path"] = "docs"
    summary = contract["paths"]["/api/v1/networks"]["get"]["summary"]
    before, after = rendered(CONTRACT), rendered(contract)
    row = ("GET", f"/api/v1/networks {summary}")
    assert "docs" not in before.row(*row)[3][1]
    assert "docs" in after.row(*row)[3][1]

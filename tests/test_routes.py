"""Routes of mail: what may be written, and one sentence for each mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.faults import ConfigurationFault
from pipelines.policy import Policy, load_policy
from pipelines.routes import REPORTS, Route, address_fault
from reports.kinds import NAMES
from reports.mail import HeaderRefused, compose_failure

ONE = """
[[reports.route]]
name = "finance"
to = "cfo@shop.example"
"""


def routes_of(folder: Path, text: str) -> tuple[Route, ...]:
    file = folder / "recon.toml"
    file.write_text(text, encoding="utf-8")
    return load_policy(file).reports.route


def test_a_route_needs_a_name_and_an_address_only(tmp_path: Path) -> None:
    assert routes_of(tmp_path, ONE) == (
        Route("finance", ("cfo@shop.example",), ("daily",), ("csv",), "always"),
    )


def test_a_route_says_forms_and_when(tmp_path: Path) -> None:
    (route,) = routes_of(tmp_path, ONE + 'attach = ["html", "json"]\nwhen = "red"\n')

    assert (route.attach, route.when) == (("html", "json"), "red")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "[reports.route]\nname = 'a'",
            "a route begins with [[reports.route]], in double brackets",
        ),
        ("[[reports.route]]\nto = 'a@x.test'", "route 1 needs a name of its own"),
        ("[[reports.route]]\nname = 'The CFO'", "route 1 needs a name of its own"),
        ("[[reports.route]]\nname = 'a'", 'route a needs to = ["cfo@shop.example"]'),
        ("[[reports.route]]\nname = 'a'\nto = []", 'route a needs to = ["cfo@shop.example"]'),
        ("[[reports.route]]\nname = 'a'\nto = 'a@x.test, b@x.test'", "is not one mail address"),
        ("[[reports.route]]\nname = 'a'\nto = [7]", "route a: 7 is no mail address"),
        (ONE + "cc = 'a@x.test'", "route finance has no 'cc'; it knows name, to, reports, attach"),
        (ONE + "when = 'often'", 'route finance: when is "always" or "red", not \'often\''),
        (ONE + "reports = []", 'route finance: reports is a list such as ["daily"]'),
        (ONE + "reports = ['weekly']", "route finance: reports knows daily"),
        (ONE + "attach = 'csv'", "route finance: attach is a list such as"),
        (ONE + "attach = ['doc']", "route finance: attach knows html, pdf, xlsx"),
        (ONE + ONE, "two routes are named finance"),
        (
            ONE + ONE.replace("finance", "board").replace("cfo@shop", "CFO@shop"),
            "cfo@shop.example would get daily twice, by the routes finance and board",
        ),
    ],
)
def test_a_mistake_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(ConfigurationFault) as refused:
        routes_of(tmp_path, text)

    assert sentence in refused.value.sentence
    assert "\n" not in refused.value.sentence


def test_routes_judge_nothing_and_their_addresses_are_kept_nowhere(tmp_path: Path) -> None:
    routes_of(tmp_path, ONE)
    policy = load_policy(tmp_path / "recon.toml")

    assert policy.version == Policy().version
    assert "shop.example" not in policy.as_text()


@pytest.mark.parametrize(
    "written",
    ["a@x.test", "A B <a@x.test>", "a", "a@", "@", "a@b@c", "é@x.test", "a@x.test\nBcc: b@x.test",
     "=?utf-8?q?a?= <a@x.test>", "a\u202eb <a@x.test>", "<>", ""],
)  # fmt: skip
def test_an_address_that_settings_take_can_be_mailed_and_no_other(written: str) -> None:
    words = {"business_date": "2026-11-21", "failed": "x", "remedy": "y", "run_id": "z"}

    def compose() -> object:
        return compose_failure(**words, not_sent=[], sender=None, recipients=[written])

    if address_fault(written):
        with pytest.raises(HeaderRefused):
            compose()
    else:
        compose()


def test_a_route_may_name_every_report_that_a_closing_draws_up() -> None:
    assert set(NAMES) <= set(REPORTS)

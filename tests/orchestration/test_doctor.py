"""`recon doctor`: yes and no with a remedy, the table, what it keeps, and what it never shows."""

from __future__ import annotations

import io
import json
import re
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from gateway.scripted import KEY, Reply, Request, World, json_reply, served

from pipelines.cli import main
from pipelines.cli.doctor import write_table
from pipelines.cli.honoured import table_of
from pipelines.gateway.client import GatewaySettings
from pipelines.gateway.manners import Manners, known_manners
from pipelines.sandbox import SandboxPlan, SandboxServer
from pipelines.settings import Places

ROOT = Path(__file__).parents[2]
PASSWORD = "pa55-word"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    plan = SandboxPlan(start=date(2026, 10, 20), days=2, orders_per_day=80)
    with SandboxServer(plan, clock=datetime(2026, 10, 22, 2, tzinfo=UTC)) as server:
        yield server.url


@pytest.fixture
def world() -> Iterator[World]:
    with served() as world:
        yield world


@pytest.fixture
def recon_doctor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs the doctor over an empty place with these variables."""

    def run(**variables: str) -> Result:
        monkeypatch.chdir(tmp_path)
        known = {
            "RECON_DATA_DIR": "data",
            "KUVARPAY_API_KEY": KEY,
            "KUVARPAY_BASE_URL": "http://[::1]:9",
        }
        for name, value in (known | variables).items():
            monkeypatch.setenv(name, value)
        return CliRunner().invoke(main, ["doctor"])

    return run


def finding(result: Result, subject: str) -> str:
    """The line about a subject, its blanks collapsed."""
    (line,) = [line for line in result.output.splitlines() if subject in line]
    return " ".join(line.split())


def test_all_is_well_with_a_sandbox_and_what_was_found_is_kept(
    recon_doctor: Callable[..., Result], sandbox: str, tmp_path: Path
) -> None:
    result = recon_doctor(KUVARPAY_BASE_URL=sandbox)

    assert result.exit_code == 0, result.output
    marks = [line[:5] for line in result.output.splitlines() if re.match(r"(yes|no|\?) ", line)]
    assert marks == ["yes  "] * 7 + ["?    "] + ["yes  "] * 3
    assert (
        finding(result, "startDate")
        == "startDate honoured asks for each window with a margin of a day"
    )
    assert "proven up to 100, cut to 100 asks for 100 rows a page" in finding(result, "limit")
    kept = known_manners(Places(tmp_path / "data"), GatewaySettings(sandbox, KEY))
    assert kept is not None
    assert kept.page_size_proven == 100
    assert (tmp_path / "data" / "control" / "gateway.json").stat().st_mode & 0o777 == 0o600


def test_neither_key_nor_password_nor_an_answer_is_in_any_output_or_file(
    recon_doctor: Callable[..., Result], sandbox: str, tmp_path: Path
) -> None:
    result = recon_doctor(
        KUVARPAY_BASE_URL=sandbox,
        RECON_SMTP_URL=f"smtp://recon:{PASSWORD}@127.0.0.1:9",
        RECON_SMTP_PASSWORD=PASSWORD,
        RECON_MAIL_FROM="a@shop.test",
        RECON_MAIL_TO="b@shop.test",
    )

    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.name for path in files] == ["gateway.json"]
    seen = result.output + files[0].read_text(encoding="utf-8")
    assert KEY not in seen
    assert PASSWORD not in seen
    assert "trxn_" not in seen
    assert finding(result, "RECON_SMTP_URL ") == "RECON_SMTP_URL smtp://***@127.0.0.1:9"
    assert finding(result, "KUVARPAY_API_KEY") == "KUVARPAY_API_KEY set"


def test_without_a_key_the_rest_is_tried_all_the_same(
    recon_doctor: Callable[..., Result], tmp_path: Path
) -> None:
    result = recon_doctor(KUVARPAY_API_KEY="")

    assert result.exit_code == 1
    assert "KUVARPAY_API_KEY is not set" in finding(result, "accepts the key")
    assert "Set it in the environment" in finding(result, "accepts the key")
    assert finding(result, "mail can be sent").startswith("yes")
    assert finding(result, "data directory is its owner's").startswith("yes")
    assert not (tmp_path / "data" / "control" / "gateway.json").exists()


def test_a_data_directory_open_to_others_comes_with_the_chmod_to_run(
    recon_doctor: Callable[..., Result], sandbox: str, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data").chmod(0o750)

    result = recon_doctor(KUVARPAY_BASE_URL=sandbox)

    assert result.exit_code == 1
    assert f"Run `chmod 700 {tmp_path / 'data'}`." in finding(result, "its owner's alone")


@pytest.mark.parametrize("inbox", ["missing", "file"])
def test_an_inbox_that_is_not_there_is_told_and_not_made(
    recon_doctor: Callable[..., Result], sandbox: str, tmp_path: Path, inbox: str
) -> None:
    (tmp_path / "file").touch()

    result = recon_doctor(KUVARPAY_BASE_URL=sandbox, RECON_ORDERS_DIR=inbox)

    assert result.exit_code == 1
    assert "correct RECON_ORDERS_DIR" in finding(result, "orders inbox")
    assert not (tmp_path / "missing").exists()


def test_a_data_directory_that_cannot_be_is_a_sentence(
    recon_doctor: Callable[..., Result], sandbox: str, tmp_path: Path
) -> None:
    (tmp_path / "data").touch()

    result = recon_doctor(KUVARPAY_BASE_URL=sandbox)

    assert result.exit_code == 1
    assert "Check the path" in finding(result, "data directory can be written")
    assert finding(result, "accepts the key").startswith("yes")


def test_a_key_taken_in_another_style_only_names_the_setting(
    recon_doctor: Callable[..., Result], world: World
) -> None:
    def bearer_only(request: Request, honest: Reply) -> Reply:
        is_right = request.headers.get("authorization") == f"Bearer {KEY}"
        return honest if is_right else json_reply({"error": "who?"}, status=401)

    world.script = bearer_only
    result = recon_doctor(KUVARPAY_BASE_URL=world.url)

    assert result.exit_code == 1
    assert finding(result, "accepts the key").endswith("Set KUVARPAY_AUTH_STYLE=bearer.")
    assert finding(result, "sends the style").startswith("auth style bearer")


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (json_reply({"error": "who?"}, status=401), "Check KUVARPAY_API_KEY"),
        (Reply(b"<p>", content_type="text/html"), "not JSON"),
        (Reply(b"", 302, (("Location", "https://x/"),)), "Check KUVARPAY_BASE_URL"),
    ],
)
def test_a_gateway_without_a_list_is_a_no_and_leaves_what_was_known(
    recon_doctor: Callable[..., Result], world: World, tmp_path: Path, reply: Reply, said: str
) -> None:
    recon_doctor(KUVARPAY_BASE_URL=world.url)
    kept = (tmp_path / "data" / "control" / "gateway.json").read_bytes()
    world.script = lambda *_: reply

    result = recon_doctor(KUVARPAY_BASE_URL=world.url)

    assert result.exit_code == 1
    assert finding(result, "accepts the key").startswith("no ")
    assert said in finding(result, "accepts the key")
    assert (tmp_path / "data" / "control" / "gateway.json").read_bytes() == kept


def test_clocks_that_differ_are_a_failure_with_a_remedy(
    recon_doctor: Callable[..., Result], world: World
) -> None:
    ahead = "Fri, 01 Jan 2100 00:00:00 GMT"
    world.script = lambda _, honest: honest.with_headers(("Date", ahead))

    result = recon_doctor(KUVARPAY_BASE_URL=world.url)

    assert result.exit_code == 1
    assert "ahead by the Date header" in finding(result, "clock agrees")
    assert "timedatectl" in finding(result, "clock agrees")


def test_a_mail_server_that_is_not_there_is_a_failure_with_a_remedy(
    recon_doctor: Callable[..., Result], sandbox: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    mail = {"RECON_MAIL_FROM": "a@shop.test", "RECON_MAIL_TO": "b@shop.test"}

    result = recon_doctor(
        KUVARPAY_BASE_URL=sandbox, RECON_SMTP_URL=f"smtp://127.0.0.1:{port}", **mail
    )

    assert result.exit_code == 1
    assert "Check RECON_SMTP_URL" in finding(result, "mail can be sent")


@pytest.mark.parametrize(
    ("found", "subject", "line"),
    [
        ({}, "page", ("not shown", "reads on until a page is empty or only repeats")),
        ({}, "limit", ("not shown", "asks for 100 rows a page")),
        (
            {"page_size_proven": 500},
            "limit",
            ("not shown, proven up to 500", "asks for 500 rows a page"),
        ),
        (
            {"pages": "ignored", "list_is_whole": True},
            "page",
            (
                "ignored: the whole list comes at once",
                "reads on until a page is empty or only repeats",
            ),
        ),
        (
            {"filters": {"startDate": "ignored", "endDate": "ignored"}},
            "endDate",
            ("ignored", "one walk of the whole list serves every window"),
        ),
        (
            {"filters": {"startDate": "misread"}},
            "startDate",
            ("misread", "does not send it: walks the whole list"),
        ),
        (
            {"page_past_the_end": "refused"},
            "a page past the end",
            ("refused", "takes a refusal after the first page for the end"),
        ),
        (
            {"troubles": {"429": 2}, "requests": 12},
            "answers",
            ("12 GETs, 429 2 times", "waits and tries again, within bounds"),
        ),
    ],
)
def test_each_finding_says_what_the_pull_does(
    found: dict[str, object], subject: str, line: tuple[str, str]
) -> None:
    known = {"host": "x", "business_id": "", "probed_at": datetime(2026, 3, 1, tzinfo=UTC)}
    table = {name: rest for name, *rest in table_of(Manners(**known, **found))}  # type: ignore[arg-type]

    assert tuple(table[subject]) == line


def test_the_readme_shows_a_run_as_it_is(recon_doctor: Callable[..., Result], sandbox: str) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = readme.partition("subject   ")[2].partition("```")[0].splitlines()[1:]
    printed = {
        " ".join(line.split())
        for line in recon_doctor(KUVARPAY_BASE_URL=sandbox).output.splitlines()
    }

    assert len(shown) > 8
    # How long an answer took is another each time.
    assert {" ".join(line.split()) for line in shown if "GETs" not in line} <= printed


class Screen(io.StringIO):
    """A terminal, as far as a table looks at it."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_a_table_within_its_width_and_anything_else_plain_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("TERM", "xterm")
    line = (
        "limit",
        "honoured, default 20, proven up to 100, cut to 100",
        "asks for 100 rows a page",
    )
    screen, file = Screen(), io.StringIO()

    write_table([line], screen)
    write_table([line], file)

    shown = re.sub("\x1b\\[[0-9;]*m", "", screen.getvalue()).splitlines()
    assert max(map(len, shown)) == 60
    assert shown[2].startswith("limit ")
    assert file.getvalue().splitlines()[1] == "  ".join(["limit  ", *line[1:]])


def test_routes_are_shown_and_a_mail_that_did_not_go_out_is_a_no(
    recon_doctor: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "recon.toml").write_text(
        '[[reports.route]]\nname = "board"\nto = "chair@shop.example"\nwhen = "red"\n'
        'reports = ["daily", "month"]\nattach = ["pdf"]\n',
        encoding="utf-8",
    )
    outbox = tmp_path / "data" / "outbox"
    outbox.mkdir(parents=True)
    state = {"state": "failed", "message_id": "<x@y>", "detail": "451 try later", "at": ""}
    (outbox / "2026-11-21-daily-0123456789ab.state.json").write_text(
        json.dumps(state | {"refused": []}), encoding="utf-8"
    )

    result = recon_doctor()

    assert (
        finding(result, "route board")
        == "route board daily, month to chair@shop.example, with pdf, only when red"
    )
    assert finding(result, "every mail was delivered") == (
        "no every mail was delivered: 2026-11-21-daily-0123456789ab is failed: 451 try later. "
        "A mail that failed is tried again by the next night; one in doubt only by a person."
    )


def test_a_route_that_cannot_be_read_is_a_no_with_its_sentence(
    recon_doctor: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "recon.toml").write_text('[[reports.route]]\nname = "board"\n', encoding="utf-8")

    result = recon_doctor()

    assert 'route board needs to = ["cfo@shop.example"]' in finding(result, "policy can be read")

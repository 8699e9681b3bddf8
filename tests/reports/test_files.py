"""Reports in their folder, and the index over them."""

import json
import os
import stat

import pytest

from reports.figures import FiguresUnusable, quiet_day
from reports.files import ALL_FORMS, rendered_form, write_report
from reports.index import MEMORY, write_index


def test_each_form_lies_under_its_date_for_the_owner_only(tmp_path, make_daily):
    figures = make_daily(1)

    paths = write_report(tmp_path, figures, forms=("html", "csv", "json", "txt"))

    folder = tmp_path / "reports" / "2026-11-21"
    assert paths == [folder / f"daily.{form}" for form in ("html", "csv", "json", "txt")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert json.loads((folder / "daily.json").read_text()) == figures
    assert len((folder / "daily.csv").read_text().splitlines()) == 13


def test_writing_again_gives_the_same_bytes(tmp_path, make_daily):
    first = [path.read_bytes() for path in write_report(tmp_path, make_daily(1))]

    second = [path.read_bytes() for path in write_report(tmp_path, make_daily(1))]

    assert first == second
    assert sorted(path.name for path in (tmp_path / "reports").rglob("*")) == [
        ".index.json", "2026-11-21", "daily.csv", "daily.html", "daily.json", "index.html",
    ]  # fmt: skip


def test_the_index_lists_every_date_newest_first_with_its_verdict(tmp_path, make_daily):
    red = quiet_day("2026-11-19")
    red["verdict"] = {"state": "red", "reasons": ["A window is open."]}
    for figures in (red, quiet_day("2026-11-20"), make_daily(1)):
        write_report(tmp_path, figures)

    index = (tmp_path / "reports" / "index.html").read_text()

    places = [
        index.index(f"{day}/daily.html") for day in ("2026-11-21", "2026-11-20", "2026-11-19")
    ]
    assert places == sorted(places)
    assert "✓ Green: all clear" in index
    assert "! Red: no breaks, 1 control red" in index
    assert "3 reports, newest first" in index


def test_the_index_links_to_nothing_with_a_strange_name(tmp_path):
    write_report(tmp_path, quiet_day())
    for strange in ('x"><script>', "2026-11-21 copy", "javascript:alert(1)"):
        folder = tmp_path / "reports" / strange
        folder.mkdir()
        (folder / "daily.json").write_text("{}")

    index = write_index(tmp_path).read_text()

    assert not any(
        strange in index for strange in ('x"><script', "x&#34;", "copy", "javascript:", "alert")
    )
    assert index.count("<script>") == 1
    assert index.count("href=") == 3


@pytest.mark.parametrize(
    ("name", "content"),
    [
        *(("daily", text) for text in ("", "{", "[]", "{}", "[" * 100_000, '{"verdict": []}')),
        ("daily", '{"verdict": {"state": "red"}, "breaks": [{"currency": "", "money_impact": 1}]}'),
        ("fees", json.dumps(
            {
                "verdict": {"state": "red"}, "policy": [], "minor_units": {},
                "currencies": [{"payments": 1, "fee_amount": "1", "currency": "NGN",
                                "effective_percent": "1", "payments_off_schedule": 0}],
            }
        )),
        ("daily", json.dumps(
            {
                "verdict": {"state": "red"},
                "breaks": [
                    {"currency": "", "money_impact": far} for far in (f"{'9' * 60}e99", "1.1e-99")
                ],
            }
        )),
    ],
)  # fmt: skip
def test_a_damaged_report_is_named_and_stops_nothing(tmp_path, name, content):
    write_report(tmp_path, quiet_day("2026-11-20"))
    (tmp_path / "reports" / "2026-11-20" / f"{name}.json").write_text(content)

    write_report(tmp_path, quiet_day("2026-11-21"))

    index = (tmp_path / "reports" / "index.html").read_text()
    assert "the stored figures cannot be read" in index
    assert "Green: all clear" in index


@pytest.mark.parametrize("name", ["2026-11-19/daily.json", "2026-11-20/fees.json", MEMORY])
def test_what_is_no_file_is_left_out_and_stops_nothing(tmp_path, name):
    (tmp_path / "reports" / name).mkdir(parents=True)
    (tmp_path / "reports" / "2026-11-19").mkdir(exist_ok=True)
    (tmp_path / "reports" / "2026-11-19" / "month.json").symlink_to("nowhere")
    os.mkfifo(tmp_path / "reports" / "2026-11-19" / "quality.json")

    write_report(tmp_path, quiet_day("2026-11-20"))

    index = (tmp_path / "reports" / "index.html").read_text()
    assert "1 report, newest first" in index
    assert "Green: all clear" in index


@pytest.mark.parametrize(
    "content", ["", "[]", "[" * 100_000, '{"2026-11-20/daily": [1, 2, "yes", "no"]}']
)
def test_an_index_whose_memory_is_damaged_reads_the_reports_again(tmp_path, content):
    write_report(tmp_path, quiet_day("2026-11-20"))
    before = write_index(tmp_path).read_text()
    (tmp_path / "reports" / MEMORY).write_text(content)

    assert write_index(tmp_path).read_text() == before


def test_a_report_that_was_rendered_again_is_read_again(tmp_path):
    write_report(tmp_path, quiet_day("2026-11-20"))
    red = quiet_day("2026-11-20")
    red["verdict"] = {"state": "red", "reasons": ["A window is open."]}
    write_report(tmp_path, red)

    assert "! Red: no breaks, 1 control red" in write_index(tmp_path).read_text()


def test_an_index_without_reports_says_so(tmp_path):
    assert "No report has been delivered yet." in write_index(tmp_path).read_text()


@pytest.mark.parametrize(
    "change",
    [{"business_date": "../2026-11-21"}, {"name": "../daily"}, {"name": "Daily.html"}],
)
def test_figures_that_name_a_path_are_refused(tmp_path, change):
    with pytest.raises(FiguresUnusable):
        write_report(tmp_path, quiet_day() | change)
    assert list(tmp_path.iterdir()) == []


def test_every_form_that_lies_there_is_drawn_again_from_the_same_figures(tmp_path, make_daily):
    figures = make_daily(2)
    folder = tmp_path / "reports" / figures["business_date"]
    folder.mkdir(parents=True)
    for form in ALL_FORMS:
        (folder / f"daily.{form}").write_bytes(b"former figures")

    assert write_report(tmp_path, figures, forms=("csv",)) == [folder / "daily.csv"]

    assert {form: (folder / f"daily.{form}").read_bytes() for form in ALL_FORMS} == {
        form: rendered_form(figures, form) for form in ALL_FORMS
    }


def test_a_form_that_cannot_be_drawn_again_goes(tmp_path):
    page, sheet = write_report(tmp_path, quiet_day(), forms=("html", "csv"))
    unusable = quiet_day()
    unusable["as_of"] = "2026-11-21T23:00:00"  # of which zone?

    write_report(tmp_path, unusable, forms=("csv",))

    assert sheet.is_file()
    assert not page.exists()


def test_the_figures_are_filed_beside_whatever_form_is_asked_for(tmp_path):
    write_report(tmp_path, quiet_day("2026-11-20"), forms=("txt",))

    index = (tmp_path / "reports" / "index.html").read_text()
    assert 'href="2026-11-20/daily.txt"' in index
    assert 'href="2026-11-20/daily.json"' in index


def test_a_fault_in_one_form_leaves_the_former_files_alone(tmp_path, make_daily):
    [page] = write_report(tmp_path, make_daily(1), forms=("html",))
    before = page.read_bytes()
    broken = make_daily(2)
    broken["breaks"][0]["money_impact"] = "NaN"

    with pytest.raises(FiguresUnusable):
        write_report(tmp_path, broken)

    assert page.read_bytes() == before


def test_an_unknown_form_is_named(make_daily):
    with pytest.raises(FiguresUnusable, match="'doc' is not a form"):
        rendered_form(make_daily(1), "doc")

"""Same figures, same bytes: in another zone, locale, hash seed and working directory."""

import hashlib
import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from reporting.declared import busy_report

from reports.files import ALL_FORMS, rendered_form
from reports.kinds import REPORTS
from reports.mail import compose_report

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

OTHERWISE = """
import json, runpy, sys
sys.path[:0] = [sys.argv[1], sys.argv[1] + '/tests']
print(json.dumps(runpy.run_path(sys.argv[2])["digests"](sys.argv[3:])))
"""


ZONES = ("Pacific/Kiritimati", "America/St_Johns", "Asia/Kathmandu", "UTC")
LOCALES = ("tr_TR.UTF-8", "de_DE.UTF-8", "C", "ar_EG.UTF-8")


def digests(names):
    """The digest of every form of the day and of these, and of mails with all of them attached."""
    busy_day = runpy.run_path(str(HERE / "conftest.py"))["busy_day"](3, days=30)
    # Drawing takes by far the most time: two currencies of the five.
    busy_day["trend"] = [row for row in busy_day["trend"] if row["currency"] in ("NGN", "RWF")]
    found = {}
    for figures in (busy_day, *(busy_report(REPORTS[name], 3) for name in names)):
        forms = {form: rendered_form(figures, form) for form in ALL_FORMS}
        mail = compose_report(figures, sender=None, recipients=[], attached=forms)
        forms["eml"] = mail.as_bytes()
        for form, made in forms.items():
            found[f"{figures['name']}.{form}"] = hashlib.sha256(made).hexdigest()
    return found


def environments(count):
    """So many that differ in zone, locale, hash seed and threads."""
    return [
        {
            "TZ": ZONES[number % 4],
            "LC_ALL": LOCALES[(number // 4 + number) % 4],
            "PYTHONHASHSEED": str(4711 * number),
            "RAYON_NUM_THREADS": str(1 + number % 3),
        }
        for number in range(count)
    ]


# This process is the first of 2, or of 16.
@pytest.mark.counts(small=1, full=15)
def test_every_form_has_one_digest_in_every_environment(tmp_path, count):
    names = list(REPORTS) if count > 1 else ["settlement"]
    here = digests(names)
    for number, environment in enumerate(environments(count)):
        folder = tmp_path / str(number)
        folder.mkdir()
        elsewhere = subprocess.run(
            [sys.executable, "-c", OTHERWISE, str(ROOT), __file__, *names],
            cwd=folder,
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            check=True,
        )
        assert json.loads(elsewhere.stdout) == here, environment


def test_the_makers_are_the_same_for_the_same_seed(make_daily):
    again = runpy.run_path(str(HERE / "conftest.py"))["busy_day"]

    assert make_daily(3) == again(3)

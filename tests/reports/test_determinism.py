"""Same figures, same bytes: in another zone, locale, hash seed and working directory."""

import hashlib
import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

from reports.files import rendered_form
from reports.mail import compose_report

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

OTHERWISE = """
import json, runpy, sys
sys.path.insert(0, sys.argv[1])
print(json.dumps(runpy.run_path(sys.argv[2])["digests"]()))
"""


def digests():
    figures = runpy.run_path(str(HERE / "conftest.py"))["busy_day"](3, days=30)
    forms = {form: rendered_form(figures, form) for form in ("html", "csv", "json", "txt")}
    forms["eml"] = compose_report(figures, sender=None, recipients=[]).as_bytes()
    return {form: hashlib.sha256(made).hexdigest() for form, made in forms.items()}


def test_every_form_has_one_digest_in_every_environment(tmp_path):
    environment = {
        "TZ": "Pacific/Kiritimati",
        "LC_ALL": "tr_TR.UTF-8",
        "PYTHONHASHSEED": "4711",
        "RAYON_NUM_THREADS": "1",
    }

    elsewhere = subprocess.run(
        [sys.executable, "-c", OTHERWISE, str(ROOT), __file__],
        cwd=tmp_path,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        check=True,
    )

    assert json.loads(elsewhere.stdout) == digests()


def test_the_makers_are_the_same_for_the_same_seed(make_daily):
    again = runpy.run_path(str(HERE / "conftest.py"))["busy_day"]

    assert make_daily(3) == again(3)

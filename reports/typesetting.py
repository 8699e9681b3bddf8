"""Typst at work: the text of a report in, a PDF out; a script of its own as well.

Belongs here: how typst is called. Stays out: what a report says (paper.py) and how it looks
(report.typ). Imports nothing of ours, so that a process of its own is cheap: a long report takes
some 400 MB, which typst keeps for the next one and gives back only with its process.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

TEMPLATE = Path(__file__).with_name("report.typ")
LONG = 200_000  # characters
SECONDS = 300


class NotTypeset(RuntimeError):
    """A report cannot be made into a PDF; what typst, or the process that runs it, said."""


def typeset(said: str) -> bytes:
    """Return the PDF of a report's text, which is JSON; a long one is made elsewhere."""
    import typst

    try:
        return compiled(said) if len(said) < LONG else _compiled_elsewhere(said)
    except (typst.TypstError, subprocess.TimeoutExpired) as fault:
        raise NotTypeset(str(fault)[-2_000:]) from fault


def _compiled_elsewhere(said: str) -> bytes:
    """Return the PDF that a process of its own makes."""
    done = subprocess.run(  # noqa: S603 - our own interpreter, this file
        [sys.executable, "-I", __file__],
        input=said.encode("ascii"),
        capture_output=True,
        check=False,
        timeout=SECONDS,
    )
    if done.returncode != 0:
        raise NotTypeset(done.stderr.decode("utf-8", "replace")[-2_000:])
    return done.stdout


def compiled(said: str) -> bytes:
    """Return the PDF, as PDF/UA where typst's own fonts have every character.

    Only those are used, so no font of a machine has a say. Where they lack a character of the data,
    the pages are tagged all the same but do not claim to be PDF/UA, which allows no such gap.
    """
    import typst

    def made(standards: list[Any]) -> bytes:
        pages: bytes = typst.compile(
            TEMPLATE.read_bytes(),
            format="pdf",
            sys_inputs={"report": said},
            pdf_standards=standards,
            ignore_system_fonts=True,
            timestamp=0,
        )
        return pages

    try:
        return made(["ua-1"])
    except typst.TypstError as fault:
        if "could not be displayed" not in str(fault):
            raise
        return made([])


if __name__ == "__main__":
    sys.stdout.buffer.write(compiled(sys.stdin.buffer.read().decode("ascii")))

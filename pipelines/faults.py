"""The faults of the system: what stopped, whether trying again helps, what the person should do.

Faults in *data* are never exceptions here: they are rows, counted and reported.

    ReconFault                    exit 1
    ├─ GatewayFault               a page could not be had
    │  ├─ GatewayUnavailable      no answer, 429 or 5xx until the tries were spent   (retry later)
    │  ├─ GatewayRefused          401, 403, 404 and other final refusals
    │  └─ AnswerUnusable          an answer that is not the complete JSON it should be
    ├─ StoreFault                 what we keep ourselves is not as we left it
    │  ├─ StoreBusy               another process writes; the bounded wait is over   (retry later)
    │  ├─ ClaimBroken             a contract or structural claim does not hold
    │  ├─ ChainBroken             the store and its control chain disagree
    │  └─ DiskFull                less free space than a night needs
    ├─ Stopped                    a person ended it; what was pulled stays
    └─ ConfigurationFault         exit 2: wrong arguments, settings, dates or gateway
       └─ DateNotClosable         the date's cut-off is not ten minutes past
"""

from __future__ import annotations


class ReconFault(Exception):
    """One clear sentence about what went wrong, and one about what to do next."""

    exit_code = 1
    may_retry = False

    def __init__(self, sentence: str, remedy: str) -> None:
        super().__init__(f"{sentence} {remedy}")
        self.sentence = sentence
        self.remedy = remedy


class GatewayFault(ReconFault):
    """The gateway did not give what was asked for; the watermark stays where it was."""


class GatewayUnavailable(GatewayFault):
    """No usable answer within the tries and the time allowed."""

    may_retry = True


class GatewayRefused(GatewayFault):
    """The gateway refused for good: wrong key, wrong id, wrong request.

    `status` is that of its answer, None where it was refused before anything was asked.
    """

    def __init__(self, sentence: str, remedy: str, *, status: int | None = None) -> None:
        super().__init__(sentence, remedy)
        self.status = status


class AnswerUnusable(GatewayFault):
    """The body is cut, too large, not JSON, or not of the shape it claims."""


class StoreFault(ReconFault):
    """Something that this program keeps is busy, full or damaged."""


class StoreBusy(StoreFault):
    """Another process holds the writer lock."""

    may_retry = True


class ClaimBroken(StoreFault):
    """A contract or a structural claim does not hold; nothing is published."""


class ChainBroken(StoreFault):
    """The warehouse is not the one that the control chain describes."""


class DiskFull(StoreFault):
    """Free space is below what a night needs."""


class Stopped(ReconFault):
    """A person ended the command; nobody is mailed."""


class ConfigurationFault(ReconFault):
    """Wrong arguments, settings or dates; nothing was touched."""

    exit_code = 2


class DateNotClosable(ConfigurationFault):
    """The business date's cut-off is in the future or less than ten minutes past."""

"""What the documents promise, and what is there: commands, options, targets, settings.

Belongs here: reading README, Makefile and the examples. Stays out: judging them (`test_documents`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import click

_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
_COMMAND = re.compile(r"\brecon ([a-z][a-z-]*)([^`\n]*)")
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
_TARGET = re.compile(r"\bmake ([a-z]+)")
_RULE = re.compile(r"^([a-z]+):", re.MULTILINE)
_VARIABLE = re.compile(r"^(?:# )?([A-Z][A-Z0-9_]+)=", re.MULTILINE)


def commands_named(text: str) -> dict[str, set[str]]:
    """Each `recon` command that stands in code of a Markdown text, with the options shown."""
    named: dict[str, set[str]] = {}
    for code in _CODE.findall(text):
        for command, rest in _COMMAND.findall(code):
            named.setdefault(command, set()).update(_OPTION.findall(rest))
    return named


def commands_of(group: click.Group) -> dict[str, set[str]]:
    """Each command of the command line, with the options it and its own take beside --help.

    The document names the first word alone: `recon orders` takes what any command of it takes.
    """
    context = click.Context(group)
    found = {}
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        below = commands_of(command).values() if isinstance(command, click.Group) else ()
        found[name] = _options(command).union(*below)
    return found


def _options(command: click.Command) -> set[str]:
    return {
        option
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
        if option.startswith("--")
    }


def command_faults(named: dict[str, set[str]], there: dict[str, set[str]]) -> Iterator[str]:
    """One sentence for every command or option that stands on one side only."""
    for command in sorted(there.keys() - named.keys()):
        yield f"recon {command} does not stand in the document"
    for command in sorted(named.keys() - there.keys()):
        yield f"recon {command} does not exist"
    for command in sorted(named.keys() & there.keys()):
        for option in sorted(named[command] - there[command]):
            yield f"recon {command} has no {option}"
        for option in sorted(there[command] - named[command]):
            yield f"recon {command} {option} does not stand in the document"


def targets_named(text: str) -> set[str]:
    """The make targets that stand in code of a Markdown text."""
    return {target for code in _CODE.findall(text) for target in _TARGET.findall(code)}


def targets_of(makefile: str) -> set[str]:
    """The targets a person calls."""
    return set(_RULE.findall(makefile))


def variables_of(example: str) -> set[str]:
    """The variables of an environment file, set or shown in a comment."""
    return set(_VARIABLE.findall(example))

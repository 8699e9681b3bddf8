"""The layer rule: who may import whom, read off the source; nothing is imported to find out.

Belongs here: the table of layers and finding what breaks it. An import inside a function or under
TYPE_CHECKING counts like any other.

    cli → definitions → {jobs, sensors, assets} → {resources, night, reading, reports}
        → {warehouse, landing, gateway, orders, partitions, settings, policy, routes, currencies,
           faults}
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

PACKAGES = ("pipelines", "assets", "reports")
LAYERS = (
    ("pipelines.cli", "pipelines.__main__"),
    ("pipelines.definitions",),
    ("pipelines.jobs", "pipelines.schedules", "pipelines.sensors", "assets"),
    ("pipelines.resources", "pipelines.runs", "pipelines.night", "pipelines.reading", "reports"),
    (
        "pipelines.event_log",
        "pipelines.warehouse",
        "pipelines.landing",
        "pipelines.gateway",
        "pipelines.orders",
        "pipelines.partitions",
        "pipelines.settings",
        "pipelines.policy",
        "pipelines.routes",
        "pipelines.currencies",
        "pipelines.faults",
    ),
)
RANK = {unit: rank for rank, layer in enumerate(LAYERS) for unit in layer}
SANDBOX = "pipelines.sandbox"


def layer_faults(root: Path) -> list[str]:
    """One sentence for every import that goes the wrong way, and for units without a layer."""
    faults = []
    uses: dict[str, set[str]] = {}
    for importer, imported, where in _imports(root):
        fault = _fault(importer, imported)
        if fault:
            faults.append(f"{where}: {fault}")
        if importer != imported:
            uses.setdefault(importer, set()).add(imported)
    return faults + _circles(uses)


def _fault(importer: str, imported: str) -> str | None:
    if importer == imported:
        return None
    for unit in (importer, imported):
        if unit not in RANK and unit != SANDBOX:
            return f"{unit} has no layer; give it one in tests/house/layers.py"
    if importer == SANDBOX:
        return f"the sandbox imports nothing of ours, not {imported}"
    if imported == SANDBOX:
        return None if importer == "pipelines.cli" else f"{importer} imports the sandbox"
    if importer == "reports":
        return f"reports imports nothing of ours, not {imported}"
    if imported == "assets" and importer != "pipelines.definitions":
        return f"only pipelines.definitions imports assets, not {importer}"
    if RANK[imported] < RANK[importer]:
        return f"{importer} imports {imported}, which lies above it"
    return None


def _circles(uses: dict[str, set[str]]) -> list[str]:
    """A circle of units within one layer."""
    try:
        TopologicalSorter(uses).prepare()
    except CycleError as circle:
        return [f"a circle of imports: {' → '.join(reversed(circle.args[1]))}"]
    return []


def _imports(root: Path) -> Iterator[tuple[str, str, str]]:
    """Importing unit, imported unit, and the place, for every import of one of ours."""
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            module = ".".join(path.relative_to(root).with_suffix("").parts)
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                for name in _names(node, module.removesuffix(".__init__")):
                    if name.split(".")[0] in PACKAGES:
                        where = f"{path.relative_to(root)}:{getattr(node, 'lineno', 0)}"
                        yield _unit(module), _unit(name), where


def _names(node: ast.AST, module: str) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    if node.level:
        base = module.split(".")[: -node.level]
        return [".".join([*base, *filter(None, [node.module])])]
    # `from pipelines import night` imports a module, `from pipelines.night import x` names one.
    if node.module in PACKAGES:
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return [node.module or ""]


def _unit(module: str) -> str:
    """The part of the house a module belongs to: `pipelines.night.pull` to `pipelines.night`."""
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "pipelines" else parts[0]

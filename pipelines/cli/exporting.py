"""`recon export`: the published database in the form of files.

Belongs here: arguments and what is told. Stays out: writing (`pipelines.reading.exporting`).
"""

from __future__ import annotations

from pathlib import Path

import click

from pipelines.settings import load_settings


@click.group("export")
def export() -> None:
    """Write the published database as files."""


@export.command("parquet")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
def parquet(folder: Path) -> None:
    """Write every published table below DIR, a new folder, and check it by reading it back.

    Tables with a business date are split by its month. DIR/manifest.json names every file with
    its rows and SHA-256, and the digest of the snapshot, which the files give as well.
    """
    from pipelines.reading.exporting import MANIFEST, export_parquet
    from pipelines.reading.snapshot import require_published

    published = load_settings().places.published
    require_published(published)
    manifest = export_parquet(published, folder)
    files = sum(len(table["files"]) for table in manifest["tables"])
    rows = sum(table["rows"] for table in manifest["tables"])
    click.echo(
        f"{len(manifest['tables'])} tables with {rows:,} rows in {files} files; "
        f"snapshot {manifest['snapshot_digest'][:12]}, see {folder / MANIFEST}"
    )

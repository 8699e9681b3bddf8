"""`recon explain`: the story behind one id, from the published snapshot.

Belongs here: the argument and the choice of form. Stays out: the story (`pipelines.reading`).
"""

from __future__ import annotations

import click

from pipelines.settings import load_settings


@click.command()
@click.argument("identifier", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="The same facts as JSON, money as text.")
def explain(*, identifier: str, as_json: bool) -> None:
    """Tell everything behind an order, transaction, checkout session, case or break.

    What was received when, which rule linked it, what was allowed, and why it is judged so.
    """
    from pipelines.reading.story import stories_of
    from pipelines.reading.telling import as_document, told

    stories = stories_of(load_settings().places, identifier)
    click.echo(as_document(stories) if as_json else told(stories), nl=False)

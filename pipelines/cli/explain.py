"""`recon explain`: the story behind one id, from the published snapshot or as a past night had it.

Belongs here: the arguments and the choice of form. Stays out: the story (`pipelines.reading`).
"""

from __future__ import annotations

from functools import partial

import click

from pipelines.partitions import instant_meant
from pipelines.settings import load_settings


@click.command()
@click.argument("identifier", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="The same facts as JSON, money as text.")
@click.option(
    "--as-of",
    "moment",
    metavar="INSTANT",
    help="As the last closing before this instant knew it; a date alone is its end.",
)
def explain(*, identifier: str, as_json: bool, moment: str | None) -> None:
    """Tell everything behind any id.

    That is an order, transaction, checkout session, reference, transaction hash, subscription,
    its authorization, an invoice, a charge attempt, a case or a break: what was received when,
    which rule linked it, what was allowed, why it is judged so, and what people did about it.
    """
    from pipelines.reading.story import stories_in, stories_of
    from pipelines.reading.telling import as_document, told

    settings = load_settings()
    if moment is None:
        stories = stories_of(settings.places, identifier)
    else:
        from pipelines.night.bygone import book_known_at

        instant = instant_meant(moment, settings.zone)
        with book_known_at(settings, instant, tell=partial(click.echo, err=True)) as book:
            stories = stories_in(book, identifier)
    click.echo(as_document(stories) if as_json else told(stories), nl=False)

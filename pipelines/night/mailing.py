"""Who is mailed what after a night, and through which server.

Belongs here: the routes in force, one delivery for each route and report, what failed before, and
the mail of a failed night. Stays out: rendering and the files of the outbox (`reports`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from pipelines.faults import ConfigurationFault
from pipelines.night.frame import Frame
from pipelines.policy import Policy, load_policy
from pipelines.routes import Route
from pipelines.settings import Settings
from reports.corrections import changes_between
from reports.files import rendered_form
from reports.mail import compose_failure, compose_report, delivery_key, delivery_subject
from reports.outbox import Delivery, Former, Outbox
from reports.smtp import SmtpSettings


def routes_in_force(settings: Settings, policy: Policy) -> tuple[Route, ...]:
    """The routes of `recon.toml`; without any, the one to `RECON_MAIL_TO`."""
    return policy.reports.route or (Route("", settings.recipients),)


def mail_report(frame: Frame, figures: Mapping[str, Any]) -> list[Delivery]:
    """Deliver a report by every route that wants it, as a correction where it was told before."""
    smtp = smtp_settings(frame.settings, frame.policy)
    outbox = Outbox(frame.places.outbox)
    done = []
    for route in routes_in_force(frame.settings, frame.policy):
        if figures["name"] in route.reports and _is_due(route, figures, outbox, smtp=smtp):
            done.append(_post(frame.settings, route, figures, outbox=outbox, smtp=smtp))
            frame.tell(f"mail {_named(route)}: {done[-1].state}, {done[-1].detail}")
    return done


def settle_outbox(frame: Frame, done: Sequence[Delivery]) -> None:
    """Try again what surely was not sent on former nights, and tell what is not settled."""
    smtp = smtp_settings(frame.settings, frame.policy)
    outbox = Outbox(frame.places.outbox)
    for delivery in outbox.retry(smtp, without=[one.key for one in done]) if smtp else ():
        frame.tell(f"mail {delivery.path.name} tried again: {delivery.state}, {delivery.detail}")
    for left in outbox.unsettled():
        frame.tell(f"mail {left.path.name} is {left.state}: {left.detail}")


def smtp_settings(settings: Settings, policy: Policy | None = None) -> SmtpSettings | None:
    """Where mail goes; None keeps it in the outbox folder."""
    if settings.recon_smtp_url is None:
        return None
    policy = policy or load_policy(settings.recon_config)
    if settings.recon_mail_from is None or not any(
        route.to for route in routes_in_force(settings, policy)
    ):
        raise ConfigurationFault(
            "RECON_SMTP_URL is set, but not whom to mail or in whose name.",
            "Set RECON_MAIL_FROM, and RECON_MAIL_TO or a route in recon.toml.",
        )
    password = settings.recon_smtp_password
    try:
        return SmtpSettings.parse(
            settings.recon_smtp_url, password.get_secret_value() if password else None
        )
    except ValueError as unfit:
        raise ConfigurationFault(
            f"RECON_SMTP_URL cannot be used: {unfit}",
            "Write it as smtps://user@host:465 or smtp://host:587.",
        ) from unfit


def deliver_failure(
    settings: Settings,
    *,
    run_id: str,
    business_date: str,
    failed: str,
    remedy: str,
    is_published: bool = False,
) -> Delivery:
    """Mail that a night failed; the same run is mailed once however often this is called.

    It goes to everybody who waits for a report, whichever route brings it.
    """
    policy = load_policy(settings.recon_config)
    routes = routes_in_force(settings, policy)
    due = dict.fromkeys(name for route in routes for name in route.reports)
    readers = [*settings.recipients, *(reader for route in routes for reader in route.to)]
    message = compose_failure(
        business_date=business_date,
        failed=failed,
        not_sent=[f"the {name} report of {business_date}" for name in due],
        remedy=remedy,
        sender=settings.recon_mail_from,
        recipients=list(dict.fromkeys(readers)),
        run_id=run_id,
        is_published=is_published,
    )
    return Outbox(settings.places.outbox).deliver(
        message, key=delivery_key(message), smtp=smtp_settings(settings, policy)
    )


def _is_due(
    route: Route, figures: Mapping[str, Any], outbox: Outbox, *, smtp: SmtpSettings | None
) -> bool:
    """A route for red reports also hears when one of them turned green."""
    if route.when == "always" or figures["verdict"]["state"] == "red":
        return True
    return outbox.has_reached(delivery_subject(figures, route.name), smtp=smtp)


def _post(
    settings: Settings,
    route: Route,
    figures: Mapping[str, Any],
    *,
    outbox: Outbox,
    smtp: SmtpSettings | None,
) -> Delivery:
    def compose(former: Former | None) -> Any:
        # What is attached tells the same changes as the mail: those against what its readers have.
        told = {**figures, "changes": _changes(former, figures)}
        return compose_report(
            told,
            sender=settings.recon_mail_from,
            recipients=route.to,
            route=route.name,
            attached={form: rendered_form(told, form) for form in route.attach},
            follows=former.delivery.key if former else "",
        )

    subject = delivery_subject(figures, route.name)
    return outbox.post(subject, figures, compose, key_of=delivery_key, smtp=smtp)


def _changes(former: Former | None, figures: Mapping[str, Any]) -> Sequence[Any]:
    """What differs from what the readers have; of a mail of an old release that is not known."""
    if former is None:
        return []
    if former.figures is None:
        return cast("Sequence[Any]", figures["changes"])
    return changes_between(former.figures, figures)


def _named(route: Route) -> str:
    return f"by route {route.name}" if route.name else "of the report"


def unsettled_lines(settings: Settings) -> Iterator[str]:
    """One line for each mail that failed or is in doubt, and each reader who was refused."""
    for key, one in Outbox(settings.places.outbox).all().items():
        if one.state in ("prepared", "failed", "in_doubt"):
            yield f"{key} is {one.state}: {one.detail}"
        elif one.state == "sent" and one.refused:
            yield f"{key} was refused for {'; '.join(one.refused)}"

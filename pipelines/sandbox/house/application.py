"""The whole application around a world: the contract's routes, the controls, the pages, the gate.

Put together here and nowhere else; nothing is decided.
"""

from __future__ import annotations

from typing import NamedTuple

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from pipelines.sandbox.exports import OrderExports
from pipelines.sandbox.house.answers import refusal, refused
from pipelines.sandbox.house.calls import Refused
from pipelines.sandbox.house.contract import Contract
from pipelines.sandbox.house.controls import Controls
from pipelines.sandbox.house.door import Door, key_of
from pipelines.sandbox.house.gate import Gate
from pipelines.sandbox.house.manners import Manners
from pipelines.sandbox.house.misbehaviour import Misbehaviour
from pipelines.sandbox.house.page import render_page
from pipelines.sandbox.house.rooms import Rooms, open_rooms
from pipelines.sandbox.house.web import House
from pipelines.sandbox.telling.streams import Streams
from pipelines.sandbox.world import World


class Built(NamedTuple):
    """The application, and the rooms for what runs beside it."""

    app: ASGIApp
    rooms: Rooms
    streams: Streams


def build(world: World, manners: Manners, *, exports: OrderExports | None) -> Built:
    """Rooms, house, controls and gate of one world."""
    contract, rooms, misbehaviour = Contract(), open_rooms(world), Misbehaviour()
    streams = Streams(world)
    house = House(
        world,
        contract,
        handlers=rooms.handlers,
        streams=streams,
        door=Door(business_id=manners.business_id, rate_per_minute=manners.rate_per_minute),
        page_limit=manners.page_limit,
        personality=manners.first_personality(world.plan.seed),
    )
    controls = Controls(world, rooms, house=house, misbehaviour=misbehaviour, exports=exports)
    app = Starlette(
        routes=[*house.routes(), *controls.routes(), *_pages(contract)],
        exception_handlers={
            Refused: _refused,
            HTTPException: _http_refusal,
            Exception: _failure,
        },
    )
    app.router.redirect_slashes = False
    gate = Gate(
        app,
        house,
        paths=dict.fromkeys(operation.path for operation in contract.operations),
        misbehaviour=misbehaviour,
        seed=world.plan.seed,
    )
    controls.gate = gate
    return Built(gate, rooms, streams)


def _pages(contract: Contract) -> list[Route]:
    async def served(_: Request) -> Response:
        return Response(contract.raw, media_type="application/yaml")

    async def page(request: Request) -> Response:
        url = str(request.base_url).rstrip("/")
        return Response(render_page(contract.document, url), media_type="text/html")

    return [Route("/openapi.yaml", served), Route("/", page)]


async def _refused(_: Request, cause: Exception) -> Response:
    assert isinstance(cause, Refused)  # noqa: S101 - registered for this class only
    return refused(cause)


async def _http_refusal(request: Request, cause: Exception) -> Response:
    status = cause.status_code if isinstance(cause, HTTPException) else 500
    error = cause.detail if isinstance(cause, HTTPException) else "Internal error"
    headers = cause.headers if isinstance(cause, HTTPException) else None
    if request.url.path.startswith("/api/"):
        # A stranger does not learn which paths there are.
        try:
            key_of(request.scope["headers"])
        except Refused as stranger:
            return refused(stranger)
    return refusal(status, error, headers=dict(headers or {}))


async def _failure(_: Request, __: Exception) -> Response:
    return refusal(500, "The sandbox failed to answer; this is its fault, not the caller's.")

"""Signing in by a one-time link where there is no provider of identities, and signing out, here or everywhere."""

from datetime import UTC, datetime
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from assistant.secretariat.roles import Role
from assistant.secretariat.sessions import Seat
from assistant.secretariat.tries import TooManyTries
from assistant.settings import AskLimit
from assistant.web.ask import caller
from assistant.web.console.cookies import signed_in, signed_out
from assistant.web.console.frame import ROOT, Console, Part, ReaderSeat, anyone, go, needs, own_path
from assistant.web.errors import Problem
from assistant.web.limits import Limits

AnySeat = Annotated[Seat, Depends(needs(Role.NONE))]

_A_MINUTE: Final = 30
"""Tries to sign in from one address."""


def sign_in_link(secret: str) -> str:
    """The address, without the site, of a link that signs in once."""
    return f"{ROOT}/sign-in/link?token={quote(secret, safe='')}"


def sign_in_part(console: Console) -> Part:
    router = console.router()
    limits = Limits(console.service.shares, AskLimit(_A_MINUTE, _A_MINUTE), kind="sign-in")
    _add_pages(router, console)
    if console.service.settings.uses_oidc:
        # What only a provider needs is imported only with one.
        from assistant.web.console.provider_sign_in import add_provider

        add_provider(router, console, limits)
    else:
        _add_links(router, console, limits)
    _add_sign_out(router, console)
    return Part(router)


def _add_pages(router: APIRouter, console: Console) -> None:
    @router.get("")
    async def home(seat: ReaderSeat) -> Response:
        return go(console.home(seat))

    @router.get("/sign-in", dependencies=[Depends(anyone)])
    async def sign_in(request: Request, back: str = ROOT) -> Response:
        if request.state.seat:
            return go(own_path(back))
        provider = console.service.settings.uses_oidc
        return await console.page("console/sign_in.html", None, request, provider=provider, back=own_path(back))

    @router.get("/you")
    async def you(request: Request, seat: AnySeat) -> Response:
        return await console.page("console/you.html", seat, request)


def _add_links(router: APIRouter, console: Console, limits: Limits) -> None:
    @router.get("/sign-in/link", dependencies=[Depends(anyone)])
    async def follow(request: Request, token: str = "") -> Response:
        await limits.check(caller(request))
        if "prefetch" in request.headers.get("sec-purpose", request.headers.get("purpose", "")):
            # A browser that looks ahead must not use the link up.
            raise Problem(403, console.said["sign_in"]["looked_ahead"])
        try:
            session = await console.secretariat.sessions.follow_link(token, at=datetime.now(UTC))
        except TooManyTries as error:
            raise Problem(429, console.said["sign_in"]["too_many_tries"], retry_after=error.seconds) from None
        if session is None:
            raise Problem(403, console.said["sign_in"]["used"])
        return signed_in(request, session, ROOT)


def _add_sign_out(router: APIRouter, console: Console) -> None:
    sessions = console.secretariat.sessions

    @router.post("/sign-out")
    async def sign_out(request: Request, seat: AnySeat) -> Response:
        await sessions.end(seat, at=datetime.now(UTC))
        return signed_out(request)

    @router.post("/sign-out-everywhere")
    async def sign_out_everywhere(request: Request, seat: AnySeat) -> Response:
        await sessions.end_everywhere(seat.id, by=seat.id, at=datetime.now(UTC))
        return signed_out(request)

"""Signing in through a provider of identities: away to it, and back with who it is."""

import logging
from datetime import UTC, datetime

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from assistant.secretariat.roles import Role
from assistant.web.ask import caller
from assistant.web.console.cookies import attempt_of, remember_attempt, signed_in
from assistant.web.console.frame import ROOT, Console, anyone, own_path
from assistant.web.console.provider import Provider, ProviderError
from assistant.web.errors import Problem
from assistant.web.limits import Limits

_log = logging.getLogger("assistant.secretariat")


def add_provider(router: APIRouter, console: Console, limits: Limits) -> None:
    sessions, people = console.secretariat.sessions, console.secretariat.people
    provider = Provider(console.service.settings)

    @router.get("/sign-in/start", dependencies=[Depends(anyone)])
    async def start(request: Request, back: str = ROOT) -> Response:
        await limits.check(caller(request))
        returning_to = f"{str(request.base_url).rstrip('/')}{ROOT}/sign-in/return"
        try:
            address, kept = await provider.away(request, returning_to=returning_to)
        except ProviderError as error:
            raise _unreachable(console, error) from None
        secret = await sessions.leave_for({"kept": kept, "back": own_path(back)}, at=datetime.now(UTC))
        response = RedirectResponse(address, 303)
        remember_attempt(response, request, secret)
        return response

    @router.get("/sign-in/return", dependencies=[Depends(anyone)])
    async def come_back(request: Request) -> Response:
        await limits.check(caller(request))
        at = datetime.now(UTC)
        attempt = await sessions.come_back(attempt_of(request), at=at)
        if attempt is None:
            _log.warning("nobody signed in: a return from the provider that no browser here was sent for")
            raise Problem(403, console.said["sign_in"]["again"])
        try:
            identity = await provider.identity(request, attempt["kept"])
        except ProviderError as error:
            raise _unreachable(console, error) from None
        person = await people.met(identity, at=at)
        if person is None or person.role is Role.NONE:
            _log.warning("nobody signed in: an account that the provider knows has no role here")
            raise Problem(403, console.said["sign_in"]["no_role"])
        return signed_in(request, await sessions.begin(person, at=at), own_path(attempt["back"]))


def _unreachable(console: Console, error: ProviderError) -> Problem:
    _log.warning("nobody signed in: %s", error)
    return Problem(403, console.said["sign_in"]["unreachable"])

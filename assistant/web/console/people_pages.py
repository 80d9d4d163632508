"""Who belongs to the secretariat: roles, links to sign in by, signing somebody out."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from assistant.secretariat.audit import Change
from assistant.secretariat.people import Person
from assistant.secretariat.roles import Role
from assistant.text import clean
from assistant.web.console.csv_files import csv_file
from assistant.web.console.frame import ROOT, AdministratorSeat, Console, Entry, Part, go
from assistant.web.console.sign_in import sign_in_link
from assistant.web.errors import Problem

_PLACE = f"{ROOT}/people"
_MAX_NAME = 200
_HEADING = ("id", "name", "role", "last_seen")


def people_part(console: Console) -> Part:
    router = console.router()
    _add_list(router, console)
    _add_changes(router, console)
    if not console.service.settings.uses_oidc:
        _add_links(router, console)
    return Part(router, (Entry("people", _PLACE, Role.ADMINISTRATOR),))


def _add_list(router: APIRouter, console: Console) -> None:
    @router.get("/people")
    async def people(request: Request, seat: AdministratorSeat) -> Response:
        return await _show(console, request, seat)

    @router.get("/people.csv")
    async def as_file(seat: AdministratorSeat) -> Response:
        found = await console.secretariat.people.all()
        await console.secretariat.audit.note(Change(seat.id, "exported", "list", "people"), at=datetime.now(UTC))
        return csv_file("people", _HEADING, [(one.id, one.name, one.role, one.last_seen) for one in found])


def _add_changes(router: APIRouter, console: Console) -> None:
    """What can be done to somebody, however they sign in. A role that a provider gives is changed there."""
    sessions, people = console.secretariat.sessions, console.secretariat.people

    @router.post("/people/{person}/sign-out")
    async def sign_out(seat: AdministratorSeat, person: str) -> Response:
        known = await _known(console, person)
        await sessions.end_everywhere(known.id, by=seat.id, at=datetime.now(UTC))
        return go(_PLACE, done="signed_out_person")

    @router.post("/people/{person}/role")
    async def give_role(seat: AdministratorSeat, person: str, role: Annotated[Role, Form()]) -> Response:
        known = await _known(console, person)
        if known.id == seat.id:
            # So that there is always somebody left who can undo a mistake.
            raise Problem(422, console.said["people"]["not_yourself"])
        if console.service.settings.uses_oidc:
            raise Problem(422, console.said["people"]["by_provider"])
        await people.give_role(known.id, role, by=seat.id, at=datetime.now(UTC))
        return go(_PLACE, done="gave_role")


def _add_links(router: APIRouter, console: Console) -> None:
    """People without a provider are given links; each is shown once, to who made it."""
    sessions, people = console.secretariat.sessions, console.secretariat.people

    async def with_link(request: Request, seat: AdministratorSeat, person: Person) -> Response:
        secret = await sessions.link(person.id, by=seat.id, at=datetime.now(UTC))
        link = f"{str(request.base_url).rstrip('/')}{sign_in_link(secret)}"
        return await _show(console, request, seat, link=link, linked=person.name)

    @router.post("/people")
    async def invite(
        request: Request, seat: AdministratorSeat, role: Annotated[Role, Form()], name: Annotated[str, Form()] = ""
    ) -> Response:
        called = clean(name)[:_MAX_NAME]
        if not called or role is Role.NONE:
            return await _show(console, request, seat, wrong=True, status=422)
        person = await people.invite(called, role, by=seat.id, at=datetime.now(UTC))
        return await with_link(request, seat, person)

    @router.post("/people/{person}/link")
    async def new_link(request: Request, seat: AdministratorSeat, person: str) -> Response:
        known = await _known(console, person)
        if not known.by_link:
            raise Problem(422, console.said["people"]["by_provider"])
        return await with_link(request, seat, known)


async def _known(console: Console, person: str) -> Person:
    known = await console.secretariat.people.find(person)
    if known is None:
        raise Problem(404, console.said["people"]["unknown"])
    return known


async def _show(
    console: Console,
    request: Request,
    seat: AdministratorSeat,
    *,
    link: str = "",
    linked: str = "",
    wrong: bool = False,
    status: int = 200,
) -> Response:
    return await console.page(
        "console/people.html",
        seat,
        request,
        status=status,
        people=await console.secretariat.people.all(),
        roles=[role for role in Role if role is not Role.NONE],
        provider=console.service.settings.uses_oidc,
        link=link,
        linked=linked,
        wrong=wrong,
    )

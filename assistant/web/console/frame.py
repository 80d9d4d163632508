"""What every page of the console stands in: who is asking, what they may do, the navigation, the page itself.

Nothing is open unless it says so: a route that names neither a role nor that anybody may call it refuses everybody.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute

from assistant.secretariat.roles import Role
from assistant.secretariat.sessions import Seat
from assistant.secretariat.stores import Secretariat
from assistant.web.cookies import name_over
from assistant.web.errors import Problem
from assistant.web.origin import from_own_page
from assistant.web.rendering import render
from assistant.web.service import NotReady, Service
from assistant.web.words import Words, words_in
from knowledge.domain import Campaign

ROOT: Final = "/secretariat"
COOKIE: Final = "secretariat_session"

_WORDS: Final = "console.en"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Entry:
    """A link of the navigation, for who has the role. `name` is its label in [nav]; `count` what waits there."""

    name: str
    path: str
    role: Role = Role.READER
    count: Callable[[], Awaitable[int]] | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Routes that belong together, made with `Console.router`, and where the navigation leads into them."""

    router: APIRouter
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class _Link:
    label: str
    path: str
    count: int | None
    here: bool


class _Needs:
    """Lets a request through to a route if its seat has the role."""

    def __init__(self, role: Role) -> None:
        self.role = role

    async def __call__(self, request: Request) -> Seat:
        seat: Seat | None = request.state.seat
        if seat is None:
            raise _signed_out(request)
        if not seat.may(self.role):
            said = words_in(_WORDS)
            raise Problem(403, said["frame"]["forbidden"].format(role=said["roles"][self.role]))
        return seat


def needs(role: Role) -> _Needs:
    """For `Depends`: the seat of who is asking; whoever has no such role gets no further."""
    return _Needs(role)


async def anyone() -> None:
    """For `Depends`: a route that whoever is not signed in may call too."""


ReaderSeat = Annotated[Seat, Depends(needs(Role.READER))]
ReviewerSeat = Annotated[Seat, Depends(needs(Role.REVIEWER))]
ApproverSeat = Annotated[Seat, Depends(needs(Role.APPROVER))]
AdministratorSeat = Annotated[Seat, Depends(needs(Role.ADMINISTRATOR))]


class Console:
    """Makes routers that are guarded, and pages with the navigation around them."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.secretariat: Secretariat = service.secretariat
        self._entries: list[Entry] = []

    @property
    def said(self) -> Words:
        """The console's own words, by section and name."""
        return words_in(_WORDS)

    def router(self) -> APIRouter:
        """A router for addresses under ROOT. Each route of it says whom it is for: a seat of a role, or `anyone`."""
        return APIRouter(prefix=ROOT, include_in_schema=False, dependencies=[Depends(self._guard)])

    def add(self, part: Part) -> APIRouter:
        """Take a part's entries into the navigation; its router."""
        self._entries += part.entries
        return part.router

    async def page(
        self, template: str, seat: Seat | None, request: Request, *, status: int = 200, **values: Any
    ) -> HTMLResponse:
        """A page that extends console/frame.html. `?done=name` in its address shows that word of [done]."""
        links = [await self._link(entry, request) for entry in self._for(seat)]
        done = self.said["done"].get(request.query_params.get("done", ""), "")
        return HTMLResponse(self._render(template, seat=seat, links=links, done=done, **values), status)

    def problem(self, problem: Problem) -> HTMLResponse:
        """The page that says what went wrong, whoever is asking."""
        page = self._render("console/problem.html", seat=None, links=[], done="", detail=problem.detail)
        return HTMLResponse(page, problem.status, headers=problem.headers)

    def home(self, seat: Seat) -> str:
        """Where somebody begins: the first place of the navigation that is theirs."""
        return next((entry.path for entry in self._for(seat)), f"{ROOT}/you")

    def _for(self, seat: Seat | None) -> list[Entry]:
        return [entry for entry in self._entries if seat and seat.may(entry.role)]

    async def _link(self, entry: Entry, request: Request) -> _Link:
        count = await entry.count() if entry.count else None
        here = _is_under(request.url.path, entry.path)
        return _Link(self.said["nav"][entry.name], entry.path, count, here)

    def _render(self, template: str, **values: Any) -> str:
        return render(template, said=self.said, campaign=self._campaign(), root=ROOT, **values)

    def _campaign(self) -> Campaign:
        try:
            return self.service.pack().campaign
        except NotReady:
            return Campaign(id="", name="")

    async def _guard(self, request: Request) -> None:
        """Before anything else of every route."""
        if request.method not in _SAFE and not _is_surely_own(request):
            raise Problem(403, self.said["frame"]["foreign"])
        route = request.scope["route"]
        if not isinstance(route, APIRoute) or not _says_whom(route.dependant):
            raise Problem(403, self.said["frame"]["closed"])
        held = request.cookies.get(name_over(request, COOKIE), "")
        request.state.seat = await self.secretariat.sessions.seat(held, at=datetime.now(UTC))


def go(path: str, **query: str) -> RedirectResponse:
    """On to a page after a form was taken."""
    asked = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
    return RedirectResponse(f"{path}?{asked}" if asked else path, 303)


def own_path(back: str) -> str:
    """Where to go after signing in: a page of the console, whatever somebody wrote into a link."""
    return back if _is_under(back, ROOT) and "\\" not in back else ROOT


def day_began(text: str, *, after: timedelta = timedelta()) -> datetime | None:
    """When the day of a filter began, or the moment so long after; None for what is no day."""
    try:
        return datetime.combine(date.fromisoformat(text.strip()), time(), UTC) + after
    except (ValueError, OverflowError):
        return None


def filters(given: Mapping[str, str]) -> str:
    """The part of an address that keeps a list as it was filtered."""
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in given.items() if value)


def _is_under(path: str, root: str) -> bool:
    return path == root or path.startswith((f"{root}/", f"{root}?"))


def _is_surely_own(request: Request) -> bool:
    """Every browser says where a form comes from, one way or the other; what says nothing is not let in here."""
    return from_own_page(request) and bool({"sec-fetch-site", "origin"} & set(request.headers))


def _says_whom(dependant: Dependant) -> bool:
    return any(
        isinstance(inner.call, _Needs) or inner.call is anyone or _says_whom(inner) for inner in dependant.dependencies
    )


def _signed_out(request: Request) -> Problem:
    said = words_in(_WORDS)["frame"]["signed_out"]
    if request.method not in _SAFE:
        return Problem(403, said)
    asked = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
    return Problem(303, said, headers={"Location": f"{ROOT}/sign-in?back={quote(asked, safe='')}"})

"""What candidates can do with their conversation: take it with them as a text, or have it erased."""

from datetime import UTC, datetime

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response

from assistant.database import RecordsError
from assistant.records import KeptTurn
from assistant.secretariat.erasure import Why
from assistant.web.ask import caller
from assistant.web.cookies import conversation_of, forget
from assistant.web.errors import Problem
from assistant.web.layout import Pages
from assistant.web.limits import Limits
from assistant.web.origin import own_page
from assistant.web.transcript import transcript


def conversation_routes(pages: Pages, limits: Limits) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/transcript.txt")
    async def download(request: Request) -> Response:
        text = transcript(
            await _turns(pages, request),
            campaign=pages.service.pack().campaign,
            words=pages.words,
            site=str(request.base_url),
            today=datetime.now(UTC).date(),
        )
        return PlainTextResponse(text, headers={"Content-Disposition": 'attachment; filename="questions.txt"'})

    @router.get("/conversation/delete")
    async def confirm(request: Request) -> Response:
        return pages.show("delete.html", known=bool(await _turns(pages, request)))

    @router.post("/conversation/delete", dependencies=[Depends(own_page)])
    async def delete(request: Request) -> Response:
        await limits.check(caller(request))
        try:
            await pages.service.secretariat.erasure.erase(
                conversation_of(request), why=Why.CANDIDATE, by=None, at=datetime.now(UTC)
            )
        except RecordsError:
            raise _unavailable(pages) from None
        response = RedirectResponse("/?deleted", 303)
        forget(response, request)
        return response

    return router


async def _turns(pages: Pages, request: Request) -> tuple[KeptTurn, ...]:
    try:
        return await pages.service.records.turns_of(conversation_of(request))
    except RecordsError:
        raise _unavailable(pages) from None


def _unavailable(pages: Pages) -> Problem:
    return Problem(503, pages.words["ask"]["records"], retry_after=5)

"""What people think of an answer, sent as a form: useful or not, and then why not."""

from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from assistant.database import RecordsError
from assistant.domain import UNKEPT, Question, Refusal
from assistant.text import clean
from assistant.web.ask import caller
from assistant.web.ask_page import AskPage
from assistant.web.errors import Problem
from assistant.web.layout import Pages
from assistant.web.limits import Limits
from assistant.web.origin import own_page
from assistant.web.schemas import MAX_REASON

_ID: Final = 64


class FeedbackForm(BaseModel):
    """`asked` is set once it was asked why; then `reason` and `words` may still be empty."""

    answer: str = Field(max_length=_ID)
    useful: Literal["yes", "no"]
    asked: bool = False
    reason: str = ""
    words: str = ""

    @property
    def told(self) -> str | None:
        """Why the answer was not useful, in one line; None when that was not asked yet."""
        if not self.asked:
            return None
        return ": ".join(filter(None, (clean(self.reason), clean(self.words))))[:MAX_REASON]


def feedback_routes(pages: Pages, limits: Limits) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    page = AskPage(pages)

    @router.post("/feedback", dependencies=[Depends(own_page)])
    async def feedback(request: Request, form: Annotated[FeedbackForm, Form()]) -> Response:
        await limits.check(caller(request))
        if refusal := _unkept(pages, clean(form.words)):
            return page.refused(request, refusal)
        await _keep(pages, form)
        return RedirectResponse(f"/#a-{form.answer}", 303)

    return router


def _unkept(pages: Pages, words: str) -> Refusal | None:
    """The fixed reply to words that may not be kept."""
    refusal = pages.service.screen(Question(words)) if words else None
    return refusal if refusal and refusal.rule in UNKEPT else None


async def _keep(pages: Pages, form: FeedbackForm) -> None:
    words = pages.words["problem"]
    try:
        known = await pages.service.records.feedback(
            form.answer, useful=form.useful == "yes", reason=form.told, at=datetime.now(UTC)
        )
    except RecordsError:
        raise Problem(503, words["unsaved"], retry_after=5) from None
    if not known:
        raise Problem(404, words["unknown_answer"])

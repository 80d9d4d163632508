"""What the service says of itself: privacy, accessibility, how it works, and the answers that were approved."""

from typing import Final

from fastapi import APIRouter
from fastapi.responses import Response

from assistant.domain import Versions
from assistant.records import new_id
from assistant.web.layout import Pages
from assistant.web.rendering import paragraphs
from assistant.web.schemas import PassageUrl, answer_body
from assistant.web.service import ApprovedAnswer
from assistant.web.shown_turns import ShownTurn, shown_now
from assistant.web.turns import passage_url

_HEADING: Final = "## "
_NONE: Final = Versions(pack="", index="", prompt="", model="", code="")


def notice_routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/privacy")
    async def privacy() -> Response:
        return _notice(pages, "privacy")

    @router.get("/accessibility")
    async def accessibility() -> Response:
        return _notice(pages, "accessibility")

    @router.get("/about-ai")
    async def about() -> Response:
        return _notice(pages, "about")

    @router.get("/questions-and-answers")
    async def questions_and_answers() -> Response:
        pack = pages.service.pack()
        url = passage_url(pack.campaign.id, pack.pack_version)
        answers = [_shown(one, url) for one in await pages.service.approved()]
        return pages.show("questions_and_answers.html", answers=answers)

    return router


def _shown(approved: ApprovedAnswer, url: PassageUrl) -> ShownTurn:
    """An approved answer as a page shows it: like one that was just given."""
    answer = approved.answer
    id = answer.approved.id if answer.approved else new_id()
    body = answer_body(answer, id=id, conversation="", url=url, links=(), versions=_NONE)
    return shown_now(body, approved.question)


def _notice(pages: Pages, name: str) -> Response:
    words = pages.words[name]
    text = words["text"].format_map(facts(pages))
    return pages.show("notice.html", title=words["title"], parts=parts(text))


def facts(pages: Pages) -> dict[str, str]:
    """What the texts of the notices leave open, from the campaign and the settings."""
    words, settings, campaign = pages.words, pages.service.settings, pages.service.pack().campaign
    model = "model" if settings.uses_model else "no_model"
    owner = campaign.site.owner or campaign.body or words["facts"]["owner"]
    return {
        "name": campaign.name,
        "owner": owner,
        "reader": campaign.site.feedback_reader or owner,
        "days": str(settings.retention_days),
        "after_closing": str(settings.retention_after_closing_days),
        "model_data": words["privacy"][f"{model}_data"].format(model=settings.chat_model),
        "model_works": words["about"][f"{model}_works"].format(model=settings.chat_model),
    }


def parts(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """The paragraphs and lists of a text, and its headings ("h2", after "## ")."""
    return [
        ("h2", (lines[0].removeprefix(_HEADING),)) if lines[0].startswith(_HEADING) else (kind, lines)
        for kind, lines in paragraphs(text)
    ]

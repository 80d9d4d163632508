"""Cases for the evals: made of reviewed answers, listed, taken back, and given out as a patch for the repository."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from assistant.casebook import CaseLine
from assistant.secretariat.answers import KeptAnswer
from assistant.secretariat.audit import Change
from assistant.secretariat.case_making import CheckedPack, complaints, holds_private_words, line_of, read_pack
from assistant.secretariat.case_patch import cases_there, patch_for
from assistant.secretariat.marks import Review
from assistant.secretariat.pack_folders import PackFolders
from assistant.settings import ROOT as REPOSITORY
from assistant.web.console.answer_pages import AnswerPage
from assistant.web.console.case_form import case_values, typed_of, wish_of
from assistant.web.console.csv_files import csv_file
from assistant.web.console.frame import ROOT, Console, Entry, Part, ReaderSeat, ReviewerSeat, go
from assistant.web.console.marking import Fault
from assistant.web.errors import Problem
from knowledge.domain import Campaign
from knowledge.pack import PackError

CASES: Final = REPOSITORY / "evals" / "cases"
"""Where the repository keeps cases. A server without it makes patches of new files."""

_PLACE: Final = f"{ROOT}/cases"
_HEADING: Final = "case kind split question outcomes rests_on made_by at exported".split()


def case_part(console: Console) -> Part:
    router = console.router()
    _add_making(router, AnswerPage(console))
    _add_list(router, console)
    _add_files(router, console)
    return Part(router, (Entry("cases", _PLACE),))


def _add_making(router: APIRouter, page: AnswerPage) -> None:
    console = page.console

    @router.post("/answers/{turn}/case")
    async def make(
        request: Request,
        seat: ReviewerSeat,
        turn: str,
        question: Annotated[str, Form()] = "",
        outcome: Annotated[str, Form()] = "",
        quote: Annotated[list[str] | None, Form()] = None,
        other: Annotated[str, Form()] = "",
    ) -> Response:
        answer = await page.known(turn)
        typed = typed_of(question, outcome, quote or [], other)
        if answer.review is None or case_values(answer, page.body(answer), {}) is None:
            raise Problem(409, console.said["case"]["impossible"])
        at = datetime.now(UTC)
        campaign = console.service.pack().campaign
        line, pack = await _line(console, answer, answer.review, typed, campaign, at)
        if holds_private_words(line, published=_published(campaign)):
            faults = [Fault("question", "private")]
            return await page.show(request, seat, answer, faults=faults, typed=typed, status=422)
        if said := complaints(line, pack, await _others(console, campaign.id)):
            return await page.show(request, seat, answer, complaints=said, typed=typed, status=422)
        if not await console.secretariat.cases.add(campaign.id, turn, line, by=seat.id, at=at):
            raise page.unknown()
        return go(f"{ROOT}/answers/{turn}", done="case_made")


def _add_list(router: APIRouter, console: Console) -> None:
    cases = console.secretariat.cases

    @router.get("/cases")
    async def listed(request: Request, seat: ReaderSeat) -> Response:
        found = await cases.all(console.service.pack().campaign.id)
        return await console.page("console/cases.html", seat, request, cases=found)

    @router.post("/cases/{turn}/remove")
    async def remove(seat: ReviewerSeat, turn: str) -> Response:
        if not await cases.remove(turn, by=seat.id, at=datetime.now(UTC)):
            raise Problem(404, console.said["case"]["unknown"])
        return go(_PLACE, done="case_removed")


def _add_files(router: APIRouter, console: Console) -> None:
    cases, audit = console.secretariat.cases, console.secretariat.audit

    @router.post("/cases/patch")
    async def patch(seat: ReviewerSeat) -> Response:
        campaign = console.service.pack().campaign.id
        found = await cases.all(campaign)
        text = patch_for(campaign, [one.line for one in found], CASES)
        if not text:
            return go(_PLACE, done="nothing_new")
        await cases.export(campaign, [one.id for one in found], by=seat.id, at=datetime.now(UTC))
        headers = {"Content-Disposition": f'attachment; filename="cases-{campaign}.patch"'}
        return Response(text.encode(), media_type="text/x-patch", headers=headers)

    @router.get("/cases.csv")
    async def as_file(seat: ReaderSeat) -> Response:
        found = await cases.all(console.service.pack().campaign.id)
        rows = [
            [
                one.line.id,
                one.line.kind,
                one.split,
                one.line.question,
                " ".join(one.line.outcomes),
                "\n".join(one.line.rests_on),
                one.name,
                one.at,
                "yes" if one.exported else "no",
            ]
            for one in found
        ]
        await audit.note(Change(seat.id, "exported", "list", "cases", None, {"cases": len(rows)}), at=datetime.now(UTC))
        return csv_file("cases", _HEADING, rows)


async def _line(
    console: Console, answer: KeptAnswer, review: Review, typed: dict[str, Any], campaign: Campaign, at: datetime
) -> tuple[CaseLine, CheckedPack]:
    settings = console.service.settings
    folders = PackFolders(settings.pack_dir, settings.data_dir)
    try:
        pack = await asyncio.to_thread(lambda: read_pack(folders.in_force().folder))
    except PackError as error:
        raise Problem(503, console.said["case"]["no_pack"]) from error
    wish = wish_of(answer, typed, campaign.id)
    return line_of(wish, pack, verdict=review.opinion.verdict, at=at), pack


async def _others(console: Console, campaign: str) -> list[CaseLine]:
    made = await console.secretariat.cases.all(campaign)
    return [*await asyncio.to_thread(cases_there, campaign, CASES), *(one.line for one in made)]


def _published(campaign: Campaign) -> str:
    contact = campaign.contact
    return " ".join((contact.name, contact.email, contact.url, campaign.page))

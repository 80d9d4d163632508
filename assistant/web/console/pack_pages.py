"""The pack: what is served, and changes of it, from the draft to going back."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import Response

from assistant.secretariat.audit import Change
from assistant.secretariat.pack_changes import EDITABLE, PackChange, PackRefused
from assistant.secretariat.pack_names import NameRefused, safe_name
from assistant.secretariat.sessions import Seat
from assistant.web.console.csv_files import csv_file
from assistant.web.console.frame import ROOT, ApproverSeat, Console, Entry, Part, ReaderSeat, ReviewerSeat, go
from assistant.web.console.pack_shown import SHOWN, shown_passages
from assistant.web.errors import Problem
from assistant.web.service import NotReady, PackVersion
from knowledge.pack import PackError, pack_files

_PLACE: Final = f"{ROOT}/pack"
_HEADING: Final = ("what", "document", "heading", "before", "after")


def pack_part(console: Console) -> Part:
    router = console.router()
    _add_pack(router, console)
    _add_change(router, console)
    _add_edits(router, console)
    _add_steps(router, console)
    return Part(router, (Entry("pack", _PLACE),))


@contextmanager
def told(console: Console) -> Iterator[None]:
    """What can't be done to a change of the pack, in words."""
    try:
        yield
    except PackRefused as refused:
        status = 404 if refused.why == "unknown" else 409
        raise Problem(status, console.said["pack"][refused.why].format(who=refused.who)) from refused


def _add_pack(router: APIRouter, console: Console) -> None:
    packs = console.service.packs

    @router.get("/pack")
    async def pack(request: Request, seat: ReaderSeat) -> Response:
        changes = await packs.changes()
        files, in_force, earlier = await asyncio.to_thread(
            lambda: (_files(console), packs.folders.in_force(), packs.earlier(changes))
        )
        return await console.page(
            "console/pack.html",
            seat,
            request,
            served=_served(console),
            problem=console.service.problem(),
            in_force=in_force,
            files=files,
            changes=changes,
            earlier=[one.number for one in earlier],
        )

    @router.get("/pack/document")
    async def document(_seat: ReaderSeat, name: str = "") -> Response:
        path = (await asyncio.to_thread(_files, console)).get(name)
        if path is None:
            raise Problem(404, console.said["pack"]["no_document"])
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(path.name, safe='')}"}
        content = await asyncio.to_thread(path.read_bytes)
        return Response(content, media_type="application/octet-stream", headers=headers)

    @router.post("/pack/changes")
    async def start(seat: ReviewerSeat) -> Response:
        with told(console):
            number = await packs.start(by=seat.id, at=datetime.now(UTC))
        return go(f"{_PLACE}/changes/{number}")

    @router.post("/pack/changes/{number}/back")
    async def back(seat: ReviewerSeat, number: int) -> Response:
        """A draft that brings back a pack that was published before, looked over at once."""
        at = datetime.now(UTC)
        with told(console):
            changes = await packs.changes()
            if number not in [one.number for one in await asyncio.to_thread(packs.earlier, changes)]:
                raise PackRefused("gone")
            draft = await packs.start(by=seat.id, at=at, copy_of=number)
            await packs.check(draft, by=seat.id, at=at)
        return go(f"{_PLACE}/changes/{draft}")


def _add_change(router: APIRouter, console: Console) -> None:
    packs = console.service.packs

    @router.get("/pack/changes/{number}")
    async def change(request: Request, seat: ReaderSeat, number: int) -> Response:
        with told(console):
            found = await packs.find(number)
        return await _page(console, request, seat, found)

    @router.get("/pack/changes/{number}/passages.csv")
    async def passages(seat: ReaderSeat, number: int) -> Response:
        with told(console):
            found = await packs.find(number)
        at = datetime.now(UTC)
        await console.secretariat.audit.note(Change(seat.id, "exported", "list", "pack_passages"), at=at)
        rows = [shown.cells for shown in shown_passages(found.found)]
        return csv_file(f"pack-change-{number}", _HEADING, rows)


def _add_edits(router: APIRouter, console: Console) -> None:
    packs = console.service.packs

    @router.post("/pack/changes/{number}/files")
    async def give(
        request: Request, seat: ReviewerSeat, number: int, files: Annotated[list[UploadFile] | None, File()] = None
    ) -> Response:
        sent = [file for file in files or () if file.filename]
        with told(console):
            found = await packs.find(number)
            try:
                named = {safe_name(file.filename or ""): await file.read() for file in sent}
            except NameRefused as refused:
                return await _page(console, request, seat, found, wrong_file=refused.why)
            if not named or not all(named.values()):
                return await _page(console, request, seat, found, wrong_file="empty_file" if named else "no_file")
            await packs.give(number, named, by=seat.id, at=datetime.now(UTC))
        return go(f"{_PLACE}/changes/{number}", done="gave_documents")

    @router.post("/pack/changes/{number}/remove")
    async def remove(seat: ReviewerSeat, number: int, name: Annotated[str, Form()] = "") -> Response:
        with told(console):
            await packs.remove(number, name, by=seat.id, at=datetime.now(UTC))
        return go(f"{_PLACE}/changes/{number}", done="removed_document")

    @router.post("/pack/changes/{number}/campaign")
    async def campaign(
        request: Request, seat: ReviewerSeat, number: int, text: Annotated[str, Form()] = ""
    ) -> Response:
        with told(console):
            found = await packs.find(number)
            if fault := await packs.write_campaign(number, text, by=seat.id, at=datetime.now(UTC)):
                return await _page(console, request, seat, found, wrong_campaign=fault, text=text)
        return go(f"{_PLACE}/changes/{number}", done="gave_campaign")


def _add_steps(router: APIRouter, console: Console) -> None:
    packs = console.service.packs

    @router.post("/pack/changes/{number}/check")
    async def check(seat: ReviewerSeat, number: int) -> Response:
        with told(console):
            await packs.check(number, by=seat.id, at=datetime.now(UTC))
        return go(f"{_PLACE}/changes/{number}")

    @router.post("/pack/changes/{number}/publish")
    async def publish(seat: ApproverSeat, number: int) -> Response:
        with told(console):
            await packs.publish(number, by=seat.id, at=datetime.now(UTC))
        return go(f"{_PLACE}/changes/{number}")

    @router.post("/pack/changes/{number}/discard")
    async def discard(seat: ReviewerSeat, number: int) -> Response:
        with told(console):
            await packs.discard(number, by=seat.id, at=datetime.now(UTC))
        return go(_PLACE, done="discarded")


async def _page(
    console: Console,
    request: Request,
    seat: Seat,
    change: PackChange,
    *,
    wrong_file: str = "",
    wrong_campaign: str = "",
    text: str | None = None,
) -> Response:
    packs = console.service.packs
    editable = change.state in EDITABLE
    documents, campaign_file = await packs.held(change) if editable else ({}, "")
    passages = shown_passages(change.found)
    served = _served(console)
    return await console.page(
        "console/pack_change.html",
        seat,
        request,
        status=422 if wrong_file or wrong_campaign else 200,
        change=change,
        editable=editable,
        at_work=change.is_at_work(datetime.now(UTC)),
        documents=documents,
        campaign_file=campaign_file if text is None else text,
        passages=[one.with_words() for one in passages[:SHOWN]],
        count=len(passages),
        wrong_file=wrong_file,
        wrong_campaign=wrong_campaign,
        live=served is not None and served.version == change.found.get("changes", {}).get("version"),
    )


def _served(console: Console) -> PackVersion | None:
    try:
        return console.service.pack()
    except NotReady:
        return None


def _files(console: Console) -> dict[str, Path]:
    """The documents of the pack in force, and campaign.toml."""
    try:
        files = pack_files(console.service.packs.folders.in_force().folder)
    except PackError:
        return {}
    return {name: path for name, path in files.items() if name != "signposts.toml"}

"""The audit: every change with who made it and how things stood before and after, filtered, and as a file."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel

from assistant.secretariat.audit import Change, Wanted
from assistant.secretariat.audit import Entry as AuditEntry
from assistant.web.console.csv_files import Cell, csv_file
from assistant.web.console.frame import ROOT, Console, Entry, Part, ReaderSeat, day_began, filters

_PAGE: Final = 50
_HEADING: Final = ("number", "at", "who", "action", "subject_kind", "subject", "before", "after", "hash")


class AuditFilter(BaseModel):
    """What stands in the address of the list. A day that can't be read leaves that end open."""

    person: str = ""
    action: str = ""
    kind: str = ""
    subject: str = ""
    since: str = ""
    until: str = ""

    @property
    def wanted(self) -> Wanted:
        return Wanted(
            person=self.person,
            action=self.action,
            subject_kind=self.kind,
            subject=self.subject.strip(),
            since=day_began(self.since),
            until=day_began(self.until, after=timedelta(days=1)),
        )


def audit_part(console: Console) -> Part:
    router = console.router()
    audit, people = console.secretariat.audit, console.secretariat.people

    @router.get("/audit")
    async def entries(
        request: Request,
        seat: ReaderSeat,
        asked: Annotated[AuditFilter, Depends()],
        before: int | None = None,
        check: bool = False,
    ) -> Response:
        found = await audit.entries(asked.wanted, before=before, limit=_PAGE + 1)
        actions, kinds = await audit.kinds()
        given = filters(asked.model_dump())
        return await console.page(
            "console/audit.html",
            seat,
            request,
            entries=[_shown(entry) for entry in found[:_PAGE]],
            older=f"{ROOT}/audit?{given}&before={found[_PAGE - 1].number}" if len(found) > _PAGE else "",
            count=await audit.count(asked.wanted),
            checked=check,
            broken=await audit.broken() if check else None,
            names={person.id: person.name for person in await people.all()},
            actions=_in_words(actions),
            kinds=_in_words(kinds),
            asked=asked,
            filtered=bool(given),
            file=f"{ROOT}/audit.csv?{given}",
        )

    @router.get("/audit.csv")
    async def as_file(seat: ReaderSeat, asked: Annotated[AuditFilter, Depends()]) -> Response:
        found = await audit.entries(asked.wanted)
        at = datetime.now(UTC)
        await audit.note(Change(seat.id, "exported", "list", "audit", None, asked.model_dump()), at=at)
        return csv_file("audit", _HEADING, [_cells(entry) for entry in found])

    return Part(router, (Entry("audit", f"{ROOT}/audit"),))


def _in_words(names: Sequence[str]) -> dict[str, str]:
    return {name: name.replace("_", " ") for name in names}


def _shown(entry: AuditEntry) -> dict[str, object]:
    change = entry.change
    return {"entry": entry, "before": _pairs(change.before), "after": _pairs(change.after)}


def _pairs(held: object) -> list[tuple[str, str]]:
    return [(name, _words(value)) for name, value in held.items()] if isinstance(held, dict) else []


def _words(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _cells(entry: AuditEntry) -> list[Cell]:
    change = entry.change
    states = [json.dumps(held, ensure_ascii=False) if held else "" for held in (change.before, change.after)]
    return [entry.number, entry.at, entry.who, change.action, change.subject_kind, change.subject, *states, entry.hash]

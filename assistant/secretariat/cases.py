"""The cases that were made of reviewed answers, until the repository has them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from assistant.casebook import CaseLine
from assistant.database import Database
from assistant.secretariat.audit import Change, note
from assistant.secretariat.case_patch import as_line
from assistant.secretariat.tables import EvalCaseRow, PersonRow
from assistant.tables import TurnRow

SPLIT: Final = "test"
"""Every case is one to test on. What is fitted is fitted on other questions, so that the two never mix."""


@dataclass(frozen=True, slots=True)
class MadeCase:
    """A case, who made it and when. `id` is that of the answer; `exported` says that it is in a patch already."""

    id: str
    line: CaseLine
    name: str
    at: datetime
    split: str
    exported: bool


class Cases:
    """One case an answer: making another takes the place of the first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, campaign: str, turn: str, line: CaseLine, *, by: str, at: datetime) -> bool:
        """False when the answer is gone by now."""

        def work(session: Session) -> bool:
            number = session.scalars(select(TurnRow.number).where(TurnRow.id == turn)).one_or_none()
            if number is None:
                return False
            session.merge(
                EvalCaseRow(id=turn, campaign=campaign, turn=number, text=as_line(line), split=SPLIT, person=by, at=at)
            )
            after = {"case": line.id, "kind": line.kind, "split": SPLIT}
            note(session, Change(by, "made a case", "turn", turn, None, after), at=at)
            return True

        return await self._database.run(work)

    async def all(self, campaign: str) -> tuple[MadeCase, ...]:
        """The newest first."""
        asked = select(EvalCaseRow, PersonRow.name).join(PersonRow).where(EvalCaseRow.campaign == campaign)

        def work(session: Session) -> tuple[MadeCase, ...]:
            rows = session.execute(asked.order_by(EvalCaseRow.at.desc(), EvalCaseRow.id)).all()
            return tuple(_made(row, name) for row, name in rows)

        return await self._database.run(work, reading=True)

    async def remove(self, turn: str, *, by: str, at: datetime) -> bool:
        """Take a case back; False when there is none."""

        def work(session: Session) -> bool:
            row = session.get(EvalCaseRow, turn)
            if row is None:
                return False
            session.delete(row)
            note(session, Change(by, "removed a case", "turn", turn), at=at)
            return True

        return await self._database.run(work)

    async def export(self, campaign: str, ids: Sequence[str], *, by: str, at: datetime) -> None:
        """Cases leave in a patch: from now on they are the repository's, and stay when their answer is erased."""

        def work(session: Session) -> None:
            session.execute(update(EvalCaseRow).where(EvalCaseRow.id.in_(ids)).values(turn=None))
            after = {"cases": len(ids)}
            note(session, Change(by, "exported", "cases", campaign[:64], None, after), at=at)

        await self._database.run(work)


def _made(row: EvalCaseRow, name: str) -> MadeCase:
    line = CaseLine.model_validate_json(row.text)
    return MadeCase(row.id, line, name, row.at, row.split, exported=row.turn is None)

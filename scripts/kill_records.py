"""Kill a program again and again while it writes to the records as fast as they take it: python -m scripts.kill_records

Six writers keep answers, what was thought of them, and drafts of approved answers. What was acknowledged must be there
as it was written, the audit unbroken, and the database sound. `scripts.kill_server` does the same to the whole service,
where an answer takes longer. Exit status 1 when anything that was acknowledged is lost, 2 for wrong usage.
"""

import asyncio
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from assistant.database import open_database
from assistant.domain import Answer, Outcome
from assistant.records import Records
from assistant.secretariat.approved import Words
from assistant.secretariat.people import Identity
from assistant.secretariat.roles import Role
from assistant.secretariat.stores import Secretariat, open_secretariat
from assistant.settings import ROOT
from scripts.arguments import how_many

_WRITERS: Final = 6
_CHILD: Final = "--write-to"

Acknowledged = set[tuple[str, str, str]]
"""The kind of what was kept, its id, and its words."""


def main(kills: int) -> int:
    told: Acknowledged = set()
    chance = random.Random(7)  # noqa: S311 - when to kill
    with tempfile.TemporaryDirectory(prefix="kills-") as name:
        file = Path(name) / "records.sqlite3"
        for number in range(1, kills + 1):
            told |= written_until_killed(file, after=chance.uniform(0.0, 0.6))
            print(f"\r{number} of {kills} kills", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
        lost = sorted(told - kept(file))
        unsound = faults(file)
    counts = {kind: sum(one[0] == kind for one in told) for kind in ("answer", "feedback", "draft")}
    print(f"{kills} kills; acknowledged: {counts}; lost or changed: {len(lost)}; faults of the database: {unsound}")
    return 1 if lost or unsound or not told else 0


def written_until_killed(file: Path, *, after: float) -> Acknowledged:
    """What one program was told that it is kept, until it died so many seconds after the first."""
    command = [sys.executable, "-m", "scripts.kill_records", _CHILD, str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:  # noqa: S603
        if process.stdout is None or not (first := process.stdout.readline()):
            raise RuntimeError(f"nothing was kept: exit status {process.wait()}")
        time.sleep(after)
        process.kill()
        # The last line may be cut off.
        lines = (first + process.stdout.read()).split(b"\n")[:-1]
    return {tuple(json.loads(line)) for line in lines}


def kept(file: Path) -> Acknowledged:
    with closing(sqlite3.connect(file)) as records:
        answers = records.execute("SELECT 'answer', id, answer FROM turn WHERE state = 'finished'").fetchall()
        thought = records.execute(
            "SELECT 'feedback', turn.id, reason FROM feedback JOIN turn ON turn.number = feedback.turn"
        ).fetchall()
        drafts = records.execute("SELECT 'draft', id, question FROM approved").fetchall()
    return {(kind, id, json.loads(words)["text"] if kind == "answer" else words) for kind, id, words in answers} | {
        *thought,
        *drafts,
    }


def faults(file: Path) -> list[str]:
    """What SQLite finds wrong with its file, and the first entry of the audit that is not as it was made."""
    with closing(sqlite3.connect(file)) as records:
        found = [str(row[0]) for row in records.execute("PRAGMA integrity_check") if row[0] != "ok"]
    with closing(open_database(f"sqlite:///{file}")) as database:
        broken = asyncio.run(open_secretariat(database, by_links=True).audit.broken())
    return found + ([f"entry {broken} of the audit"] if broken is not None else [])


async def _write(file: Path) -> None:
    database = open_database(f"sqlite:///{file}")
    records, secretariat = Records(database), open_secretariat(database, by_links=True)
    person = await secretariat.people.met(Identity("killed", "Ada", Role.REVIEWER), at=datetime.now(UTC))
    if person is None:
        raise RuntimeError("a reviewer was not taken in")
    await asyncio.gather(*(_keep(records, secretariat, person.id, writer) for writer in range(_WRITERS)))


async def _keep(records: Records, secretariat: Secretariat, person: str, writer: int) -> None:
    number = 0
    while True:
        number += 1
        words, at = f"{os.getpid()} {writer} {number}", datetime.now(UTC)
        turn = (await records.start_turn(None, f"question {words}", asked_at=at)).turn
        await records.finish_turn(turn, Answer(Outcome.ANSWERED, words), {"text": words}, finished_at=at)
        _say("answer", turn, words)
        await records.feedback(turn, useful=False, reason=words, at=at)
        _say("feedback", turn, words)
        draft = await secretariat.approvals.draft(Words(words), campaign="board", by=person, at=at)
        _say("draft", draft, words)


def _say(*acknowledged: str) -> None:
    os.write(1, json.dumps(acknowledged).encode() + b"\n")


if __name__ == "__main__":
    if sys.argv[1:2] == [_CHILD]:
        asyncio.run(_write(Path(sys.argv[2])))
    sys.exit(main(how_many(__doc__, "kills", default=300)))

"""How long the overview takes: python -m scripts.measure_overview [--answers N] [--days N]

Fills a database of its own with the daily counts that so many answers leave, and reads the overview 100 times.
"""

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from assistant.daily_counts import rounded
from assistant.database import Database, open_database
from assistant.domain import Outcome
from assistant.secretariat.overview import Overview, Period
from assistant.subjects import subjects
from assistant.tables import DayAskedRow, DayTimeRow


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=200_000, help="how many answers were given (default: 200000)")
    parser.add_argument("--days", type=int, default=180, help="over how many days (default: 180)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{Path(folder) / 'records.sqlite3'}")
        asyncio.run(_fill(database, given.answers, given.days))
        print(f"{given.answers} answers over {given.days} days: {asyncio.run(_read(Overview(database)))}")
        database.close()


async def _fill(database: Database, answers: int, days: int) -> None:
    """Some subjects are asked about much more than others; most questions about one end the same way."""
    chance, today = random.Random(1), datetime.now(UTC).date()  # noqa: S311 - the same each time
    names = [subject.name for subject in subjects()]
    usual = {name: chance.choice(list(Outcome)).value for name in names}
    weights = [1 / place for place in range(1, len(names) + 1)]
    asked: Counter[tuple[object, ...]] = Counter()
    times: Counter[tuple[object, ...]] = Counter()
    for name in chance.choices(names, weights, k=answers):
        day = today - timedelta(days=chance.randrange(days))
        outcome = usual[name] if chance.random() < 0.9 else chance.choice(list(Outcome)).value
        asked[day, name, outcome, chance.choice(["model", "model", "quoting"])] += 1
        times[day, rounded(chance.lognormvariate(4, 1))] += 1
    spent = {"tokens_in": 900, "tokens_out": 90, "dollars": 0.001}
    keys = ("day", "intent", "outcome", "mode")
    rows = [dict(zip(keys, key, strict=True)) | spent | {"questions": count} for key, count in asked.items()]
    await database.run(lambda session: session.execute(insert(DayAskedRow), rows))
    took = [{"day": day, "milliseconds": spent, "questions": count} for (day, spent), count in times.items()]
    await database.run(lambda session: session.execute(insert(DayTimeRow), took))


async def _read(overview: Overview) -> str:
    took = []
    for _ in range(100):
        began = time.perf_counter()
        figures = await overview.figures(Period())
        took.append((time.perf_counter() - began) * 1000)
    share = statistics.quantiles(took, n=20)[-1]
    return f"{figures.questions} counted; median {statistics.median(took):.1f} ms, p95 {share:.1f} ms"


if __name__ == "__main__":
    main()

"""What is remembered of readings is what would be worked out, of the version being served, and nobody waits in vain."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering import Assistant
from assistant.domain import Answer, Question, Turn
from assistant.reading import LookedUp, Part, Reading
from assistant.remembered import Readings
from assistant.wiring import build_assistant, open_served_pack
from knowledge.embedding import LocalEmbeddings
from knowledge.ingesting import ingest
from tests.doors import ingested, settings_for
from tests.waiting import until

ASKED = ("How often does the Panel meet?", "What does it pay?", "Where are meetings held, and who chairs them?")
BEFORE = (Turn("What does it pay?", "The recruitment pack does not say what the role pays."),)


@pytest.fixture(scope="module")
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as threads:
        yield threads


def looked_up(question: Question) -> LookedUp:
    """Of its text and its history, nothing else."""
    said = f"{question.text} {question.history}"
    return LookedUp((), Reading((Part(said, False, 0.0, (), (), said),)))


@given(
    asked=st.lists(st.tuples(st.integers(0, 4), st.booleans(), st.floats(0, 30)), max_size=40),
    most=st.integers(1, 4),
)
def test_whatever_is_asked_in_whatever_order_the_reading_is_what_is_worked_out(
    threads: ThreadPoolExecutor, asked: list[tuple[int, bool, float]], most: int
) -> None:
    now = 0.0
    readings = Readings(threads, most=most, seconds=60, clock=lambda: now)

    async def ask() -> None:
        nonlocal now
        for number, follows, later in asked:
            now += later
            question = Question(str(number), BEFORE if follows else ())
            assert await readings(looked_up, question) == looked_up(question)

    asyncio.run(ask())


def test_a_question_is_looked_up_once_until_it_is_old(threads: ThreadPoolExecutor) -> None:
    now, looked = 0.0, []

    def look_up(question: Question) -> LookedUp:
        looked.append(now)
        return looked_up(question)

    async def ask() -> None:
        nonlocal now
        for later in (0.0, 10.0, 59.0, 61.0, 70.0):
            now = later
            await readings(look_up, Question("Who chairs?"))

    readings = Readings(threads, seconds=60, clock=lambda: now)
    asyncio.run(ask())

    assert looked == [0.0, 61.0]


class _Slow:
    """Looks up only when it may, and tells what it began."""

    def __init__(self) -> None:
        self.may = Event()
        self.began: list[str] = []

    def __call__(self, question: Question) -> LookedUp:
        self.began.append(question.text)
        assert self.may.wait(10)
        return looked_up(question)


def test_the_same_question_of_many_at_once_is_looked_up_once_though_the_first_of_them_leaves(
    threads: ThreadPoolExecutor,
) -> None:
    slow, question = _Slow(), Question("Who chairs?")

    async def ask() -> list[LookedUp]:
        readings = Readings(threads)
        asking = [asyncio.create_task(_asked(readings, slow, question)) for _ in range(20)]
        await asyncio.sleep(0.01)
        asking[0].cancel()
        await asyncio.sleep(0.01)
        slow.may.set()
        return await asyncio.gather(*asking[1:])

    assert asyncio.run(ask()) == [looked_up(question)] * 19
    assert slow.began == [question.text]


def test_what_nobody_waits_for_any_more_is_not_looked_up(threads: ThreadPoolExecutor) -> None:
    slow = _Slow()

    async def ask() -> None:
        readings = Readings(threads)
        asking = [asyncio.create_task(_asked(readings, slow, Question(text))) for text in ("1", "2", "3")]
        await asyncio.sleep(0.01)
        asking[1].cancel()
        await asyncio.sleep(0.01)
        slow.may.set()
        await asyncio.gather(asking[0], asking[2])

    asyncio.run(ask())

    assert slow.began == ["1", "3"]


def test_a_fault_is_told_to_who_asked_and_not_remembered(threads: ThreadPoolExecutor) -> None:
    faults = [OSError("the index is gone")]

    def look_up(question: Question) -> LookedUp:
        if faults:
            raise faults.pop()
        return looked_up(question)

    async def ask() -> LookedUp:
        readings = Readings(threads)
        with pytest.raises(OSError, match="gone"):
            await readings(look_up, Question("Who chairs?"))
        return await readings(look_up, Question("Who chairs?"))

    assert asyncio.run(ask()) == looked_up(Question("Who chairs?"))


def test_over_a_switch_of_versions_each_answer_is_the_one_that_is_computed(
    tmp_path: Path, embeddings: LocalEmbeddings
) -> None:
    pack = {"pack.md": "# Panel\n\nThe Panel meets fortnightly. It is chaired by Ann Example.\n"}
    data = ingested(tmp_path, pack, embeddings)
    settings = settings_for(tmp_path / "pack", data)
    computing, remembering = (open_served_pack(settings, serving=serving) for serving in (False, True))
    try:
        computed, remembered = (build_assistant(settings, served) for served in (computing, remembering))
        for words in ("", "\nMembers are paid £300 a day. Meetings are held in Leeds.\n"):
            if words:
                (tmp_path / "pack" / "pay.md").write_text(f"# Pay\n{words}", encoding="utf-8")
                new = ingest(tmp_path / "pack", data, embeddings).version
                until(lambda: all(_version(one) == new for one in (computed, remembered)))  # noqa: B023
            for _ in range(2):
                assert _answers(remembered) == _answers(computed)
    finally:
        computing.stop()
        remembering.stop()


async def _asked(readings: Readings, look_up: Callable[[Question], LookedUp], question: Question) -> LookedUp:
    return await readings(look_up, question)


def _answers(assistant: Assistant) -> list[Answer]:
    async def ask() -> list[Answer]:
        alone = [Question(text) for text in ASKED]
        return [await assistant.answer(question) for question in (*alone, Question("and where?", BEFORE))]

    return [replace(answer, timings_ms={}) for answer in asyncio.run(ask())]


def _version(assistant: Assistant) -> str:
    with assistant.served_pack.lease() as opened:
        return opened.index.version

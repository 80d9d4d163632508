"""The running server while its index is damaged, its records' disk fails or it is killed: a right answer, or a notice.

Each is one of many: `make harm` tries all 25 kinds of damage, 300 kills and 3,000 turns on a failing disk.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.damage_index import before_a_start, damages, heard, judged
from scripts.fail_disk import failing
from scripts.kill_server import Acknowledged, ask_until_killed, losses
from scripts.served import Served, served

QUESTIONS = ("How often does the Panel meet?", "What does it pay?")
KINDS = dict(damages())


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("faults") / "log.txt"


@pytest.fixture(scope="module")
def running(real_data: Path, log: Path) -> Iterator[Served]:
    data = log.with_name("data")
    shutil.copytree(real_data, data)
    with served(log, DATA_DIR=data) as server:
        yield server


def test_there_are_twenty_five_kinds_of_damage() -> None:
    assert len(KINDS) == 25


def test_damage_is_told_and_the_answers_stay_what_they_were(running: Served, log: Path) -> None:
    expected = {question: heard(running.ask(question).json()) for question in QUESTIONS}
    [pointer] = log.with_name("data").glob("index/*/CURRENT")

    KINDS["Chroma's segment deleted"](pointer.parent / pointer.read_text().strip())

    verdict = judged(running, expected)
    assert (verdict.right, verdict.holds) == (len(QUESTIONS), True)


def test_a_start_on_passages_that_are_damaged_gives_plain_notices(real_data: Path, log: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(real_data, data)

    verdict = before_a_start(log, data, KINDS["passages.jsonl halved"], {question: {} for question in QUESTIONS})

    assert (verdict.notices, verdict.holds) == (len(QUESTIONS), True)


def test_nothing_that_a_server_acknowledged_is_lost_when_it_is_killed(real_data: Path, tmp_path: Path) -> None:
    data, told = tmp_path / "data", Acknowledged()
    shutil.copytree(real_data, data)

    ask_until_killed(tmp_path / "log.txt", data, told, after=0.5, workers=1)

    assert told.answers
    assert losses(data / "records.sqlite3", told) == []


@pytest.mark.skipif(shutil.which("fiu-run") is None, reason="fiu-run is missing: apt-get install fiu-utils")
def test_a_disk_that_fails_costs_nothing_that_was_called_saved() -> None:
    outcome = failing("posix/io/rw/pwrite", turns=40, probability=0.05)

    assert outcome.holds
    assert outcome.told

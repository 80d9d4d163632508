"""Forty made-up details of each kind in a candidate's sentence, and what packs and candidates write besides."""

import json
import random
from collections.abc import Callable, Iterator

import pytest
from stdnum import luhn
from stdnum.gb import nhs

from assistant.guard.personal_data import holds_personal_data
from assistant.settings import ROOT

EACH = 40
FRAMES = (
    "{}",
    "My details are {}, can I still apply?",
    "How often does the Panel meet? You can reach me: {}",
    "hi, {} is mine. What does it pay",
)
FIRST = ("jo", "amina", "rhys", "siân", "o.k", "priya")
LAST = ("jones", "ahmed", "mac-donald", "o'neil", "wei")
HOSTS = ("gmail.com", "nhs.net", "leeds.ac.uk", "btinternet.com", "proton.me")
LETTERS = "ABCEGHJKLMNPRSTWXYZ"

Chance = random.Random


def digits(chance: Chance, count: int) -> str:
    return "".join(chance.choices("0123456789", k=count))


def email(chance: Chance) -> str:
    return f"{chance.choice(FIRST)}.{chance.choice(LAST)}{chance.randrange(100)}@{chance.choice(HOSTS)}"


def mobile(chance: Chance) -> str:
    number = f"7{chance.choice('3456789')}{digits(chance, 8)}"
    return chance.choice((f"0{number}", f"0{number[:4]} {number[4:]}", f"+44 {number[:4]} {number[4:]}"))


def landline(chance: Chance) -> str:
    return chance.choice(
        (f"0113 {digits(chance, 3)} {digits(chance, 4)}", f"(020) 7{digits(chance, 3)} {digits(chance, 4)}")
    )


def insurance(chance: Chance) -> str:
    middle = [digits(chance, 2) for _ in range(3)]
    prefix = chance.choice(("AB", "CE", "JK", "LM", "PX", "SW", "YZ"))
    return chance.choice((" ", "", "-")).join((prefix, *middle, chance.choice("ABCD")))


def health(chance: Chance) -> str:
    number = next(
        number
        for number in iter(lambda: f"{chance.randrange(400, 500)}{digits(chance, 7)}", "")
        if nhs.is_valid(number)
    )
    return f"{number[:3]} {number[3:6]} {number[6:]}"


def card(chance: Chance) -> str:
    number = f"4{digits(chance, 14)}"
    number += luhn.calc_check_digit(number)
    return " ".join(number[start : start + 4] for start in range(0, 16, 4))


def postcode(chance: Chance) -> str:
    area = f"{chance.choice(('LS', 'M', 'SW', 'EH', 'CF', 'B', 'NE'))}{chance.randrange(1, 20)}"
    return f"{area} {chance.randrange(1, 10)}{''.join(chance.choices('ABDEFGHJLNPQRSTUWXYZ', k=2))}"


def account(chance: Chance) -> str:
    return f"sort code {digits(chance, 2)}-{digits(chance, 2)}-{digits(chance, 2)}, account {digits(chance, 8)}"


def birth(chance: Chance) -> str:
    day, month, year = chance.randrange(1, 29), chance.randrange(1, 13), chance.randrange(1940, 2006)
    return chance.choice((f"date of birth {day}/{month}/{year}", f"I was born on {day:02}.{month:02}.{year}"))


def passport(chance: Chance) -> str:
    return f"passport number {digits(chance, 9)}"


KINDS = (email, mobile, landline, insurance, health, card, postcode, account, birth, passport)


@pytest.mark.parametrize("kind", KINDS)
def test_at_least_98_of_100_details_are_heard(kind: Callable[[Chance], str]) -> None:
    chance = random.Random(kind.__name__)
    written = [chance.choice(FRAMES).format(kind(chance)) for _ in range(EACH)]

    missed = [text for text in written if not holds_personal_data(text)]

    assert len(missed) <= EACH * 0.02, missed


def test_at_most_one_in_a_hundred_of_what_packs_and_candidates_write_is_taken_for_one() -> None:
    written = [*_genuine(), *_sentences()]
    assert len(written) >= 600

    taken = [text for text in written if holds_personal_data(text)]

    assert len(taken) <= len(written) * 0.01, taken


def _genuine() -> Iterator[str]:
    """The questions of the evals that are about anything else."""
    for file in (ROOT / "evals/cases").rglob("*.jsonl"):
        if file.stem not in ("personal_data", "instructions"):
            yield from (json.loads(line)["question"] for line in file.read_text(encoding="utf-8").splitlines())


def _sentences() -> Iterator[str]:
    for file in (ROOT / "knowledge/packs").rglob("*.md"):
        yield from (line for line in file.read_text(encoding="utf-8").splitlines() if line and "@" not in line)

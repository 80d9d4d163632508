"""Right answers made wrong by one swap: what the checks have to catch."""

import re
from collections.abc import Iterator

from assistant.citing.facts import facts
from assistant.domain import Basis, Claim
from tests.assistant.right_answers import answers, pack

_NUMBERS = ("two", "3", "eleven", "17", "forty", "2,500")
_DIGITS = re.compile(r"(?<![\w.,])\d+(?:,\d{3})*(?![\w,]|\.\d)")
_IN_WORDS = re.compile(r"\b(?:two|three|four|five|six|eight|nine|ten)\b", re.IGNORECASE)
_DATE = re.compile(
    r"\b(?:\d{1,2} )?(?:April|June|September|October|March) (?:19|20)\d\d|\b(?:Mon|Tues|Wednes)days?\b|\bnoon\b"
)
_DATES = ("1 May 2026", "14 October 2027", "30 September 2026", "June 2018", "Friday", "5pm")
_OFTEN = re.compile(r"\b(?:fortnightly|annually|a month|a year|per year|a day|per day|months|days|years)\b")
_OTHER_OFTEN = ("monthly", "weekly", "twice a month", "a week", "per hour", "weeks")
_NAME = re.compile(r"(?<=[a-z] )(?:[A-Z][a-z]+)(?: [A-Z][a-z]+)*")
_NAMES = ("Sarah Jones", "Birmingham", "Priya Nair", "Helen Yusuf", "Department for Transport", "Minister")
_MODAL = re.compile(r"\b(?:must|may|should|can|will)\b")
_MODALS = ("must", "may", "should", "can", "need not", "must not", "might")
_VERB = re.compile(r"\b(?:is|are|was|must|may|should|can|will)\b(?! (?:not|only)\b)|\bcannot\b")
_DENIAL = re.compile(
    r" not\b|\bnot |(?<=can)not\b|\bun(?=paid)|\bonly |\bnormally |\bunless .*?(?=\.)|\bup to |\bat least "
)


def mutants() -> Iterator[tuple[str, str, Claim]]:
    """(kind of swap, pack, claim): every swap of every kind that fits."""
    for name, sentence, number, quote in answers():
        for kind, wrong in _wrong_sentences(sentence):
            if not _says_the_same(wrong, sentence):
                yield kind, name, Claim(wrong, (Basis(number, quote),))
        for other in range(0, len(pack(name)) + 2):
            if other != number:
                yield "passage", name, Claim(sentence, (Basis(other, quote),))
        for wrong_quote in _wrong_quotes(quote):
            yield "quote", name, Claim(sentence, (Basis(number, wrong_quote),))


def _says_the_same(one: str, other: str) -> bool:
    """ "2" and "two", "a month" and "monthly" are no swaps."""
    first, second = facts(one), facts(other)
    if [(fact.kind, fact.value) for fact in first.found] != [(fact.kind, fact.value) for fact in second.found]:
        return False
    return re.findall(r"\w+", first.rest.casefold()) == re.findall(r"\w+", second.rest.casefold())


def _wrong_sentences(sentence: str) -> Iterator[tuple[str, str]]:
    yield from _swapped("number", _DIGITS, _NUMBERS, sentence)
    yield from _swapped("number", _IN_WORDS, _NUMBERS, sentence)
    yield from _swapped("date", _DATE, _DATES, sentence)
    yield from _swapped("how often", _OFTEN, _OTHER_OFTEN, sentence)
    yield from _swapped("name", _NAME, _NAMES, sentence)
    yield from _swapped("modal", _MODAL, _MODALS, sentence)
    yield from _swapped("negation", _VERB, ("{} not", "{} never", "{} only"), sentence)
    yield from _swapped("negation", _DENIAL, ("",), sentence)
    yield from _exchanged(sentence)


def _swapped(kind: str, pattern: re.Pattern[str], others: tuple[str, ...], sentence: str) -> Iterator[tuple[str, str]]:
    for match in pattern.finditer(sentence):
        for other in others:
            if other.casefold() != match[0].casefold():
                put = other.replace("{}", match[0])
                yield kind, re.sub(" +", " ", sentence[: match.start()] + put + sentence[match.end() :])


def _exchanged(sentence: str) -> Iterator[tuple[str, str]]:
    """Two sums or counts of one sentence change places."""
    found = re.findall(r"£\d+", sentence)
    if len(found) == 2:
        yield "exchange", sentence.replace(found[0], "~").replace(found[1], found[0]).replace("~", found[1])
    both = re.findall(r"\b(?:must|should|may|can)\b", sentence)
    if len(set(both)) == 2:
        yield "exchange", sentence.replace(both[0], "~").replace(both[1], both[0]).replace("~", both[1])


def _wrong_quotes(quote: str) -> Iterator[str]:
    words = quote.split()
    if len(words) > 4:
        yield " ".join([*words[:2], *words[3:]])
        yield " ".join([*words[:-1], "always", words[-1]])
    yield (
        re.sub(r"\d", lambda digit: str((int(digit[0]) + 3) % 10), quote, count=1)
        if re.search(r"\d", quote)
        else "x y z"
    )

"""The kinds of fact that a text can hold, and how each is read into one canonical value."""

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from decimal import Decimal

Value = tuple[str, Hashable]
"""A kind and its value: ("money", ("£", 301)), ("span", (14, "days")), ("date", (2026, 3, 2))."""

Read = Callable[[re.Match[str]], Iterable[Value]]

_MONTHS = {
    name: number
    for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)
}  # fmt: skip
_FULL = "January February March April May June July August September October November December"
# With a capital, so that "you may" and "they march" are no dates.
_MONTH = (
    rf"(?:{'|'.join((_FULL + ' ' + _FULL.upper()).split())}|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?)"
)
# "May" and "March" alone are months only after such a word.
_AFTER_IN = (
    "(?:"
    + "|".join(rf"(?<=\b{word} )" for word in "in of by from to until till and or during early late mid".split())
    + ")"
)
_DAY = r"\b\d{1,2}(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)\b"

_NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
_MANY = r"(?:\s?(?:million|billion|thousand|hundred|bn|m|k)\b)"
_AMOUNT = rf"{_NUMBER}{_MANY}?"
_TIMES = {"million": 10**6, "billion": 10**9, "thousand": 10**3, "hundred": 100, "bn": 10**9, "m": 10**6, "k": 10**3}

_UNITS = {
    "minute": (1, "minutes"),
    "min": (1, "minutes"),
    "hour": (60, "minutes"),
    "hr": (60, "minutes"),
    "day": (1, "days"),
    "week": (7, "days"),
    "fortnight": (14, "days"),
    "month": (1, "months"),
    "quarter": (3, "months"),
    "annum": (12, "months"),
    "year": (12, "months"),
    "decade": (120, "months"),
}
_COUNTED = r"(?P<unit>minute|min|hour|hr|day|week|fortnight|month|year|decade)s?\b"
_OFTEN = {
    "hourly": "hour",
    "daily": "day",
    "weekly": "week",
    "fortnightly": "fortnight",
    "monthly": "month",
    "quarterly": "quarter",
    "annual": "year",
    "annually": "year",
    "yearly": "year",
    "p.a.": "year",
}
_BETWEEN = r"(?:working|calendar|full|whole|extra|further|consecutive|additional|other)"


def _address(match: re.Match[str]) -> Iterable[Value]:
    bare = re.sub(r"^(?:mailto:|https?://)?(?:www\.)?", "", match[0].lower())
    yield "e-mail" if "@" in bare else "link", bare.rstrip(".,;:!?)/'\"")


def _phone(match: re.Match[str]) -> Iterable[Value]:
    yield "phone", re.sub(r"\D", "", re.sub(r"^\+44\s?(?:\(0\))?", "0", match[0]))


def _date(match: re.Match[str]) -> Iterable[Value]:
    parts = match.groupdict()
    year = int(parts["year"]) if parts.get("year") else None
    days = [int(day) for day in re.findall(r"\d+", parts.get("days") or "")]
    month = _MONTHS[parts["month"][:3].lower()]
    yield from (("date", (year, month, day)) for day in days) if days else [("date", (year, month, None))]


def _date_in_digits(match: re.Match[str]) -> Iterable[Value]:
    day, month, year = int(match["day"]), int(match["month"]), int(match["year"])
    if 1 <= day <= 31 and 1 <= month <= 12:
        yield "date", (year + 2000 if year < 100 else year, month, day)


def _weekday(match: re.Match[str]) -> Iterable[Value]:
    yield "weekday", match["day"].lower()


def _clock(match: re.Match[str]) -> Iterable[Value]:
    hour, minute, half = int(match["hour"]), int(match["minute"] or 0), (match["half"] or "").lower()
    if half:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    yield "time", hour * 60 + minute


def _noon(match: re.Match[str]) -> Iterable[Value]:
    yield "time", 0 if match["name"].lower() == "midnight" else 720


def _money(match: re.Match[str]) -> Iterable[Value]:
    currency = next(sign for sign in ("£", "€", "$") if re.search(_CURRENCY[sign], match[0], re.IGNORECASE))
    for amount in re.findall(_AMOUNT, match[0], re.IGNORECASE):
        yield "money", (currency, _amount(amount))


_CURRENCY = {"£": r"£|gbp|pound", "€": r"€|eur", "$": r"\$|usd|dollar"}


def _pence(match: re.Match[str]) -> Iterable[Value]:
    yield "money", ("£", _amount(match["pence"]) / 100)


def _percent(match: re.Match[str]) -> Iterable[Value]:
    for amount in re.findall(_NUMBER, match[0]):
        yield "percent", _amount(amount)


def _span(match: re.Match[str]) -> Iterable[Value]:
    size, unit = _UNITS[match["unit"].lower()]
    for amount in re.findall(_NUMBER, match["amounts"]):
        yield "span", (_amount(amount) * size, unit)


def _every(match: re.Match[str]) -> Iterable[Value]:
    size, unit = _UNITS[match["unit"].lower()]
    yield "span", (Decimal(size * (2 if match["other"] else 1)), unit)


def _often(match: re.Match[str]) -> Iterable[Value]:
    size, unit = _UNITS[_OFTEN[match["often"].lower()]]
    yield "span", (Decimal(size), unit)


def _ordinal(match: re.Match[str]) -> Iterable[Value]:
    yield "ordinal", int(match["place"])


def _code(match: re.Match[str]) -> Iterable[Value]:
    yield "code", match[0].lower()


def _number(match: re.Match[str]) -> Iterable[Value]:
    yield "number", _amount(match[0])


def _amount(text: str) -> Decimal:
    digits = re.match(_NUMBER, text)
    if digits is None:
        raise ValueError(f'"{text}" does not begin with a number')
    return Decimal(digits[0].replace(",", "")) * _TIMES.get(text[digits.end() :].strip().lower(), 1)


def _any_case(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_JOINED = r"\s?(?:,|-|to|and|or|&)\s?"

KINDS: Sequence[tuple[re.Pattern[str], Read]] = (
    (_any_case(r"(?:mailto:)?[\w.+'-]+@[\w-]+(?:\.[\w-]+)+"), _address),
    (_any_case(r"(?:https?://|www\.)[^\s<>\"]+"), _address),
    (_any_case(r"\b[\w-]+(?:\.[\w-]+)*\.(?:uk|com|org|net|eu|int)\b(?:/[^\s<>\"]*)?"), _address),
    (re.compile(r"(?<![\w.])(?:\+44\s?(?:\(0\))?|0)\d(?:[\s()-]{0,2}\d){8,9}(?!\d)"), _phone),
    (
        re.compile(rf"(?P<days>(?:{_DAY}{_JOINED})*{_DAY})(?: day)?(?: of)? (?P<month>{_MONTH})(?!\w),?(?: {_YEAR})?"),
        _date,
    ),
    (re.compile(rf"\b(?P<month>{_MONTH}) (?P<days>{_DAY})\b(?![:.]\d|,\d)(?:,? {_YEAR})?"), _date),
    (re.compile(rf"\b(?P<month>{_MONTH}),?(?: of)? {_YEAR}"), _date),
    (re.compile(rf"\b(?!May\b|March\b|MAY\b|MARCH\b)(?P<month>{_MONTH})(?![\w'])"), _date),
    (re.compile(rf"{_AFTER_IN}(?P<month>May|March)\b"), _date),
    (re.compile(r"\b(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4}|\d{2})\b"), _date_in_digits),
    (re.compile(r"\b(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})\b"), _date_in_digits),
    (re.compile(r"\b(?P<day>(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)s?\b"), _weekday),
    (_any_case(r"\b(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?\s?(?P<half>[ap]\.?m\b\.?)"), _clock),
    (_any_case(r"\b(?P<hour>\d{1,2}):(?P<minute>\d{2})\b(?P<half>)"), _clock),
    (_any_case(r"\b(?:12 )?(?P<name>noon|midday|midnight)\b"), _noon),
    (
        _any_case(
            rf"(?:[£$€]|\b(?:GBP|EUR|USD))\s?{_AMOUNT}(?:\s?(?:-|to)\s?{_AMOUNT}(?!\d|[.,]\d|\s?%|[ -]{_COUNTED}))?"
        ),
        _money,
    ),
    (_any_case(rf"\b{_AMOUNT} (?:pounds?|euros?|dollars?|GBP)(?: sterling)?\b"), _money),
    (_any_case(rf"\b(?P<pence>{_NUMBER})(?:p| pence)\b"), _pence),
    (_any_case(rf"\b{_NUMBER}(?:\s?(?:-|to|or|and)\s?{_NUMBER})?\s?(?:%|per ?cent\b)"), _percent),
    (
        _any_case(
            rf"(?:\b(?:every|each|per)\s)?\b(?P<amounts>{_NUMBER}(?:(?:-|\s(?:to|or|and)\s){_NUMBER})?)"
            rf"[ -](?:{_BETWEEN} )?{_COUNTED}"
        ),
        _span,
    ),
    (
        _any_case(
            rf"(?:\b(?:an?|per|each|every)\s|/\s?)(?P<other>other )?{_COUNTED.replace('month', 'month|quarter|annum')}"
        ),
        _every,
    ),
    (_any_case(r"\b(?:bi|semi|tri)-?(?:weekly|monthly|annual|annually)\b"), _code),
    (_any_case(r"\b(?P<often>" + "|".join(map(re.escape, _OFTEN)) + r")(?!\w)"), _often),
    (_any_case(r"\b(?P<other>)(?P<unit>fortnight)s?\b"), _every),
    (_any_case(r"\b(?P<place>\d+)(?:st|nd|rd|th)\b"), _ordinal),
    (_any_case(rf"\b(?!{_NUMBER}{_MANY})(?=[\w/-]*\d)(?=[\w/-]*[a-z])\w+(?:[/-]\w+)*\b"), _code),
    (_any_case(_AMOUNT), _number),
)
"""In this order: what an earlier kind has read, a later one no longer sees."""

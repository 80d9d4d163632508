"""Other figures for a text: dates, numbers and sums become others, the same ones wherever they stand."""

import calendar
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

_MONTHS = tuple(calendar.month_name[1:])
_SPELT = {form: number for number, name in enumerate(_MONTHS) for form in (name, name.upper(), name[:3])} | {
    form.lower(): number
    for number, name in enumerate(_MONTHS)
    if name not in ("March", "May")
    for form in (name, name[:3])
}
_UNITS = "one two three four five six seven eight nine".split()
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS = dict(enumerate([*_UNITS, *_TEENS], start=1)) | {
    number: f"{ten}-{_UNITS[unit - 1]}" if unit else ten
    for (place, ten), unit in product(enumerate(_TENS, start=2), range(10))
    for number in [10 * place + unit]
}
_VALUES = {word.replace("-", space): number for number, word in _WORDS.items() for space in "- "}
_NAMED = sorted((word for word, number in _VALUES.items() if number > 1), key=len, reverse=True)

_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_FIGURE = re.compile(
    # Addresses, telephone numbers, markers of lists, times, dates in digits, codes.
    r"(?P<kept>[\w.+'-]+@[\w.-]+|(?:https?://|www\.)\S+|\+?\b\d(?:[ ()-]?\d){8,}|(?m:^\s*\d+[.)]\s)"
    r"|\b\d{1,2}(?:[.:]\d\d)?\s?[ap]\.?m\b|\b\d+(?:[/:]\d+)+\b|\b\d+-\d+-\d+\b|\b[A-Za-z]+(?:-[A-Za-z0-9]+)*-?\d[\w-]*)"
    rf"|\b(?P<days>{_DAY}(?:\s*(?:,|-|–|to|and|or)\s*{_DAY})*\s+(?:of\s+)?)?(?P<month>{'|'.join(_SPELT)})\b"
    rf"(?P<day>\s+{_DAY}\b(?![:.,]\d))?(?:(?P<gap>,?\s+)(?P<year>(?:19|20)\d\d)\b)?"
    rf"|(?<![\w-])(?P<word>(?i:{'|'.join(_NAMED)}))(?![\w]|-(?:third|quarter|fifth)|\s(?:hundred|thousand|million|dozen)\b)"
    r"|(?<![\w.,/:^])(?<![^\d\s]-)(?P<sign>[£$€]\s?)?(?P<number>\d{1,3}(?:,\d{3})+|\d+)(?P<decimals>\.\d+)?"
    r"(?P<unit>p|k|m|bn)?(?![\w/:]|[.,]\d)"
)
_LEADS_TO_A_MONTH = re.compile(r"\b(?:in|of|by|from|to|until|every|each|and|or|early|late|mid)[ -]$", re.IGNORECASE)
_BEGINS = re.compile(r"(?:^|[.!?:;|>*\n])\s*$")
_STEPS = (7, 3, 11, 4, 13, 5, 17, 6, 19, 9)
_MONTH_STEPS = (5, 7, 3, 4, 8, 2, 6, 9, 10, 1, 11)
_YEAR_STEPS = (11, 13, 17, 7, 19, 23)
_YEARS = range(1900, 2100)


@dataclass(frozen=True, slots=True)
class Alteration:
    """What becomes of each figure. Months and years all move by as much, so that the order of dates mostly stays.

    Names, codes, addresses, telephone numbers, times of day, ordinals, "one" and dates in digits are left as they are.
    """

    months: int
    years: int
    values: Mapping[Decimal, Decimal]

    def of(self, text: str) -> str:
        """The text with its figures altered, each in the form it had."""
        return _FIGURE.sub(self._altered, text)

    def _altered(self, match: re.Match[str]) -> str:
        if match["month"]:
            return self._date(match) if _is_month(match) else match[0]
        if match["word"]:
            return self._in_words(match["word"]) if _is_number(match) else match[0]
        return self._in_digits(match) if match["number"] else match[0]

    def _date(self, match: re.Match[str]) -> str:
        years, month = divmod(_SPELT[match["month"]] + self.months, 12)
        name = _in_form(_MONTHS[month], match["month"])
        year = f"{match['gap']}{int(match['year']) + years}" if match["year"] else ""
        return f"{match['days'] or ''}{name}{match['day'] or ''}{year}"

    def _in_words(self, word: str) -> str:
        number = _spelt_value(word)
        spelt = _WORDS[int(self.values.get(number, number))]
        return spelt.upper() if word.isupper() else spelt.capitalize() if word[0].isupper() else spelt

    def _in_digits(self, match: re.Match[str]) -> str:
        number = _value(match)
        if _is_year(match):
            return str(int(number) + self.years)
        comma = "," if "," in match["number"] else ""
        places = len(match["decimals"] or ".") - 1
        figure = f"{self.values.get(number, number):{comma}.{places}f}"
        return f"{match['sign'] or ''}{figure}{match['unit'] or ''}"


def in_digits(text: str) -> str:
    """The text with its numbers in plain digits, by which "two days" and "2 days" are the same."""
    return _FIGURE.sub(_plain, text)


def alteration(texts: Iterable[str]) -> Alteration:
    """For all of the texts together: no new figure is an old one, and no two figures become the same."""
    found = [match for text in texts for match in _FIGURE.finditer(text)]
    dates = {(match["days"] or match["day"] or "", _SPELT[match["month"]]) for match in found if match["month"]}
    years = {int(match["number"]) for match in found if match["number"] and _is_year(match)}
    numbers = {_value(match) for match in found if match["number"] and not _is_year(match)}
    numbers |= {_spelt_value(match["word"]) for match in found if match["word"]}
    return Alteration(
        months=min(_MONTH_STEPS, key=lambda step: len({(day, (month + step) % 12) for day, month in dates} & dates)),
        years=next((step for step in _YEAR_STEPS if not {year + step for year in years} & years), 0),
        values=_others(numbers),
    )


def _others(numbers: set[Decimal]) -> dict[Decimal, Decimal]:
    others: dict[Decimal, Decimal] = {}
    for number in sorted(numbers):
        taken = numbers | set(others.values())
        other = next((one for one in _candidates(number) if one not in taken), None)
        if other is not None:
            others[number] = other
    return others


def _candidates(number: Decimal) -> Iterator[Decimal]:
    """Near the number and as round as it is; below a hundred where it is, so that both can be put in words."""
    if number < 2:
        return
    places = int(number.as_tuple().exponent)
    round_to = int(number.normalize().as_tuple().exponent) if number >= 100 else places
    for step in _STEPS:
        for other in (number + Decimal(step).scaleb(round_to), number - Decimal(step).scaleb(round_to)):
            if other >= 2 and (other < 100) == (number < 100):
                yield other.quantize(Decimal(1).scaleb(places))


def _is_month(match: re.Match[str]) -> bool:
    """ "May" and "March" alone are months only after such a word as "in"."""
    alone = not (match["days"] or match["day"] or match["year"])
    if not alone or _SPELT[match["month"]] not in (2, 4):
        return True
    return bool(_LEADS_TO_A_MONTH.search(match.string[: match.start()]))


def _is_number(match: re.Match[str]) -> bool:
    """A capital in the middle of a sentence is that of a name."""
    word = match["word"]
    return word.islower() or word.isupper() or bool(_BEGINS.search(match.string[: match.start()]))


def _is_year(match: re.Match[str]) -> bool:
    plain = not (match["sign"] or match["decimals"] or match["unit"])
    return plain and "," not in match["number"] and int(match["number"]) in _YEARS


def _value(match: re.Match[str]) -> Decimal:
    number = Decimal(match["number"].replace(",", "") + (match["decimals"] or ""))
    return Decimal(int(number)) if number == int(number) else number.normalize()


def _spelt_value(word: str) -> Decimal:
    return Decimal(_VALUES[" ".join(word.lower().split())])


def _plain(match: re.Match[str]) -> str:
    if match["word"]:
        return str(_spelt_value(match["word"]))
    return match[0].replace(",", "") if match["number"] else match[0]


def _in_form(name: str, form: str) -> str:
    name = name if form.capitalize() in _MONTHS else name[:3]
    return name.upper() if form.isupper() else name.lower() if form.islower() else name

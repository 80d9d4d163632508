"""Tables of fictional packs: a row a role, a committee, a stage or a meeting, and questions that one row answers.

A row is written as the reading of a pack writes it ("Role: Adviser; Term: two years"). A question asks for one cell: of
a row that is there, of one that is not, or of a column that the table lacks.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from training.domain import Example, Place
from training.filling import filled
from training.wording import as_typed

Draw = Callable[[random.Random], str]

_LACKING_ROW, _LACKING_COLUMN = 0.25, 0.25
"""How often a question asks for a row, or for a column, that the table lacks."""


@dataclass(frozen=True, slots=True)
class _Column:
    """`names` are headings it may have, `questions` ask for it of a row ({row})."""

    names: tuple[str, ...]
    questions: tuple[str, ...]
    draw: Draw


@dataclass(frozen=True, slots=True)
class _Table:
    headings: tuple[str, ...]
    key: str
    rows: tuple[str, ...]
    columns: tuple[_Column, ...]


def examples(seed: int) -> Iterator[Example]:
    """An endless row of questions, a few to each table."""
    rng = random.Random(seed)  # noqa: S311 - training data, no secret
    while True:
        yield from _of_one_table(rng.choice(_TABLES), rng)


def _of_one_table(table: _Table, rng: random.Random) -> Iterator[Example]:
    there = rng.sample(table.rows, rng.randint(3, min(6, len(table.rows) - 1)))
    lacking = [row for row in table.rows if row not in there]
    columns = rng.sample(table.columns, rng.randint(2, len(table.columns) - 1))
    others = [column for column in table.columns if column not in columns]
    named = {column.names: rng.choice(column.names) for column in columns}
    heading = rng.choice(table.headings)
    places = [_place(heading, _row(table.key, row, columns, named, rng)) for row in there]
    for _ in range(5):
        chance = rng.random()
        row = rng.choice(lacking) if chance < _LACKING_ROW else rng.choice(there)
        column = rng.choice(columns if chance < 1 - _LACKING_COLUMN else others)
        question = as_typed(rng.choice(column.questions).format(row=row), rng)
        answered = row in there and column in columns
        yield Example("tables", question, tuple(places), frozenset([there.index(row)] if answered else []))


def _row(
    key: str, row: str, columns: Sequence[_Column], named: Mapping[tuple[str, ...], str], rng: random.Random
) -> str:
    cells = [f"{named[column.names]}: {column.draw(rng)}" for column in columns]
    return "; ".join([f"{key}: {row}", *cells])


def _place(heading: str, text: str) -> Place:
    lead = f"{heading}\n"
    return Place(lead + text, len(lead), len(lead), len(lead) + len(text))


def _slot(name: str) -> Draw:
    return lambda rng: filled(f"{{{name}}}", {}, rng)


def _one_of(choices: str) -> Draw:
    return lambda rng: rng.choice(choices.split("|"))


def _number(low: int, high: int) -> Draw:
    return lambda rng: str(rng.randint(low, high))


_PEOPLE = _one_of("Ada Whitlock|Joel Marsh|Sunita Rao|Bryn Hale|Kezia Odell|Tomos Vaughan|Ines Porter|Dara Quinn")
_PLACES = _one_of("Leeds|Online|Cardiff|Bristol, Queen Square|Head office|York and online|Glasgow|By video")
_FEE = _Column(
    ("Fee", "Annual fee", "Remuneration", "Per annum"),
    (
        "What is the {row} paid?",
        "How much does the {row} get?",
        "fee for {row}",
        "What would I earn as {row}?",
        "is the {row} paid and how much",
        "What's the pay of the {row}?",
    ),
    _slot("sum_year"),
)
_DAYS = _Column(
    ("Time commitment", "Days", "Monthly days"),
    (
        "How many days a month is the {row} asked for?",
        "How much time does the {row} give?",
        "days for {row}",
        "time needed of the {row}",
        "As {row}, how much of my month would go?",
    ),
    _one_of("2|3|4|5|8|2 to 3|up to 4|10"),
)
_TERM = _Column(
    ("Term", "Length of term", "Appointed for"),
    ("How long is the {row} appointed for?", "{row} term", "For how many years would the {row} serve?"),
    _slot("period"),
)
_POSTS = _Column(
    ("Posts", "Vacancies", "Number of posts"),
    ("How many vacancies for {row} are there?", "How many of the posts are {row}?", "number of {row} wanted"),
    _number(1, 6),
)
_CHAIR = _Column(
    ("Chair", "Led by", "Convenor"),
    ("Who chairs the {row}?", "Who is in charge of the {row}?", "{row} chair?", "Whose committee is the {row}?"),
    _PEOPLE,
)
_OFTEN = _Column(
    ("Sittings", "Meets", "Frequency"),
    (
        "How often does the {row} meet?",
        "How many times a year does the {row} sit?",
        "{row} how often",
        "number of {row} meetings in a year",
    ),
    _one_of("4|6|8|Monthly|Every two months|Quarterly|Twice a year|10"),
)
_WHERE = _Column(
    ("Venue", "Place", "Where", "Location"),
    ("Where does the {row} meet?", "{row} venue?", "Where would I go for the {row}?", "is the {row} held online"),
    _PLACES,
)
_MEMBERS = _Column(
    ("Seats", "Members", "Size"),
    ("How many members does the {row} need?", "How big is the {row}?", "How many people sit on the {row}?"),
    _number(3, 9),
)
_WHEN = _Column(
    ("Date", "When", "By"),
    (
        "When is the {row}?",
        "date of {row}",
        "What day is the {row}?",
        "By when will the {row} be done?",
        "when does the {row} happen",
    ),
    _slot("date"),
)
_WHO = _Column(
    ("Carried out by", "Who", "Decided by"),
    ("Who does the {row}?", "Who decides at the {row}?", "{row} - by whom?"),
    _one_of("The panel|The Chair|The Minister|An assessor|The secretariat|The department|Two members"),
)
_LASTS = _Column(
    ("Length", "Lasts", "Duration"),
    ("How long does the {row} last?", "How long is the {row}?", "length of the {row}"),
    _one_of("45 minutes|One hour|Half a day|Two weeks|A day|20 minutes|About an hour"),
)
_ROLES = (
    "Chair",
    "Deputy Chair",
    "Member",
    "Vice-Chair",
    "Lay member",
    "Convenor of the Ethics Committee",
    "Youth adviser",
    "Chair of the Finance Committee",
    "Legal member",
    "Clinical adviser",
    "Associate member",
    "Observer",
)
_COMMITTEES = (
    "Investment Committee",
    "Licensing Committee",
    "Ethics Committee",
    "Casework Committee",
    "Finance and Risk Committee",
    "Standards Committee",
    "Research Committee",
    "Appointments Committee",
    "Estates Group",
    "Complaints Committee",
)
_STAGES = (
    "closing date",
    "sift",
    "shortlisting",
    "panel interview",
    "presentation",
    "informal conversation",
    "open evening",
    "announcement",
    "induction day",
    "first meeting",
    "assessment centre",
    "reference check",
)
_TABLES = (
    _Table(("Fees", "Roles and fees", "Remuneration", "Terms"), "Role", _ROLES, (_FEE, _DAYS, _TERM, _POSTS)),
    _Table(("Committees", "How we work", "Committee meetings"), "Committee", _COMMITTEES,
           (_CHAIR, _OFTEN, _WHERE, _MEMBERS)),
    _Table(("Timetable", "Indicative timeline", "Key dates", "Selection"), "Stage", _STAGES,
           (_WHEN, _WHO, _WHERE, _LASTS)),
)  # fmt: skip

"""Answers that stand in passing, beside the same sentence without them: "at monthly meetings", "at meetings".

A duty that names "fortnightly meetings" tells how often, and "our Leeds office" tells where, though neither sentence is
about that. Each example is a list of duties, or a few sentences on a campaign, of which one holds the words that answer
or has lost them: then nothing answers.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from training.domain import Example, Place
from training.wording import as_typed

_OFTEN = ("weekly", "fortnightly", "monthly", "six-weekly", "two-monthly", "quarterly", "termly", "twice-yearly")
_MET = ("Board meetings", "committee meetings", "Council sessions", "case meetings", "meetings of the Commission")
_TOWNS = ("Leeds", "Cardiff", "Swindon", "Belfast", "Dundee", "Truro", "Preston", "Norwich", "Oban", "Wrexham")
_NUMBERS = ("two", "three", "four", "five", "six", "seven", "nine", "eleven")
_MONTHS = ("January 2027", "April 2027", "September 2026", "November 2026", "the new year", "1 June 2027")
_SPANS = ("two-year", "three-year", "four-year", "five-year", "eighteen-month")
_DAYS = ("two days a month", "30 days a year", "a day a week", "about ten hours a month", "six days a quarter")


@dataclass(frozen=True, slots=True)
class _Passing:
    """Sentences with a hole for the words that answer, as they stand when told and when not; and who asks for them."""

    told: tuple[str, ...]
    untold: str
    sentences: tuple[str, ...]
    questions: tuple[str, ...]


_PASSING = (
    _Passing(
        tuple(f"{often} " for often in _OFTEN),
        "",
        (
            "Using your judgement and experience, to help reach sound and timely decisions at {}MET.",
            "preparing for and taking part in {}MET, and speaking up where you disagree",
            "read the papers for, and contribute to, {}MET",
            "To test the advice of officials at {}MET and to vote where there is no agreement.",
            "Members share the load of visits between them, report back at {}MET and agree what to do next.",
            "You will chair {}MET from time to time when the Chair cannot be there.",
            "scrutinising plans, budgets and risks through {}MET with the executive team",
        ),
        (
            "How often do you meet?",
            "How often would I have to come to meetings?",
            "How often are the meetings?",
            "how regular are meetings",
            "Do you meet every month?",
            "are meetings weekly or monthly",
            "How many times a year would we get together?",
            "I have a busy job. How frequently are members expected at meetings?",
        ),
    ),
    _Passing(
        tuple(f"{number} " for number in _NUMBERS),
        "",
        (
            "This exercise seeks {}members with backgrounds in law, nursing, finance and local government.",
            "We are looking for {}people who will bring fresh experience and energy to our work across the country.",
            "The Minister wishes to appoint {}lay members so that the public's voice is better heard.",
            "Our {}new members will be helped to settle in by the Chair and the office.",
        ),
        (
            "How many people are you taking on?",
            "How many posts are there?",
            "how many vacancies",
            "What number of members will be appointed?",
            "is there more than one place going",
        ),
    ),
    _Passing(
        tuple(f" from {month}" for month in _MONTHS),
        "",
        (
            "This exercise seeks members with backgrounds in law, nursing and finance{}.",
            "New members will join the Board{}, after two days of induction.",
            "You would serve on the Council and on one of its committees{}.",
        ),
        ("When would I start?", "start date", "From when are the new people needed?", "how soon does it begin"),
    ),
    _Passing(
        tuple(f"our {town} office" for town in _TOWNS),
        "our office",
        (
            "Those on the short list will be invited to an interview at {} and will meet some of the staff.",
            "You will find colleagues at {} glad to help with papers, travel and expenses.",
        ),
        ("Where are you based?", "where is the office", "Which town is the office in?", "What city are you in"),
    ),
    _Passing(
        tuple(f"{span} " for span in _SPANS),
        "",
        (
            "After a {}term, members may ask to be considered for another, subject to a good appraisal.",
            "Appointments are made for a {}period by the Minister, on the advice of the panel.",
        ),
        ("How long is the appointment?", "how long would I serve for", "What is the length of the term?"),
    ),
    _Passing(
        ("unpaid ", "voluntary, unpaid ", "paid "),
        "",
        (
            "In this {}role you will speak for the people who use our services.",
            "The {}post of member is open to anyone with the skills set out below.",
        ),
        ("Is it paid?", "do members get any money for this", "Would I be paid?", "Is there a fee or is it voluntary?"),
    ),
    _Passing(
        tuple(f"{days}" for days in _DAYS),
        "time",
        (
            "giving {} to visits, reading and talking with those we regulate",
            "Members who give {} to the work tell us how much they learn from it.",
        ),
        ("How much time does it take?", "time commitment?", "How many days would I need to find?", "is it part time"),
    ),
)

_BESIDE = (
    "acting in the public interest and in line with the seven principles of public life",
    "helping to set the direction of the organisation and holding it to account",
    "building good relations with partners, ministers and the public",
    "keeping confidential what is told in confidence",
    "taking part in the selection of new staff where asked",
    "Supporting colleagues and sharing what you learn.",
    "Leading pieces of work that fall within your own experience.",
    "The Chair values independence of mind and a willingness to challenge.",
    "Members come from many walks of life.",
    "Staff provide papers a week ahead and keep the record.",
)
_HEADINGS = ("Your duties", "Key responsibilities", "What members do", "The role", "About this opportunity", "Welcome")


def examples(seed: int) -> Iterator[Example]:
    """Endlessly; about half told."""
    rng = random.Random(seed)  # noqa: S311 - training data, no secret
    while True:
        passing = rng.choice(_PASSING)
        told = rng.random() < 0.5
        words = rng.choice(passing.told) if told else passing.untold
        sentence = rng.choice(passing.sentences).format(words).replace("MET", rng.choice(_MET))
        lines = [sentence[0].upper() + sentence[1:], *rng.sample(_BESIDE, 5)]
        rng.shuffle(lines)
        heading = rng.choice(_HEADINGS)
        places = tuple(_place(heading, line) for line in lines)
        at = next(number for number, line in enumerate(lines) if line.lower() == sentence.lower())
        question = as_typed(rng.choice(passing.questions), rng)
        yield Example("modifiers", question, places, frozenset({at} if told else ()), frozenset(() if told else {at}))


def _place(heading: str, line: str) -> Place:
    lead = f"{heading}\n"
    return Place(f"{lead}{line}", len(lead), len(lead), len(lead) + len(line))

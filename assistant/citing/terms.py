"""Whether the words of a sentence are those of the passage: its names, its content words, and none turned round."""

import re
from functools import lru_cache

from assistant.citing.facts import MARK, facts
from assistant.wording import stem

LEAST_SUPPORT = 0.7
"""The share of a sentence's content words and figures that its ground must have; docs/checking.md says why."""

LONGEST_GAP = 2
"""Content words in a row that the ground may lack: what is invented comes in one piece."""

_FUNCTION_WORDS = frozenset(
    """a about above across after again against all along also although am among an and any are around as at away back
    be because become becomes been before being below between beyond both but by can cannot could did do does doing done
    down during each either else even ever every few for from further get gets give given gives go goes had has have
    having he hence her here hers him his how however i if in into is it its itself just least less made make makes many
    may me means might more most much must my neither no none nor not of off often on once one only onto or other others
    ought our ours out over own per rather same shall she should since so some such take taken takes than that the
    their theirs them then there therefore these they this those though through thus to together too toward towards
    under until up upon us very via was we were what whatever when where whether which while who whom whose why will
    with within without would yes yet you your yours yourself""".split()
)
_OPENERS = frozenset(
    """according additionally anyone applicant applicants application applications appointee appointees appointment
    appointments candidate candidates currently details everyone finally following information interviews it meetings
    member members new no people please role someone successful support there these they this travel yes you
    your""".split()
)
_SAME = (
    "candidate applicant",
    "pay paid remuneration",
    "deadline closing",
    "appointee member",
    "choose chosen chose",
    "hold held",
    "lead led",
    "meet met",
    "seek sought",
    "write written wrote",
)
_OPPOSITES = (
    "accept reject refuse decline",
    "after before",
    "begin start end finish",
    "compulsory voluntary optional",
    "current former previous",
    "decrease increase reduce",
    "earliest latest",
    "early late",
    "employer employee",
    "exclude include",
    "existing new",
    "external internal",
    "first last final",
    "full part",
    "higher lower",
    "increase reduce",
    "junior senior",
    "less more fewer",
    "long short",
    "maximum minimum",
    "national local regional international",
    "online person",
    "open close closed",
    "pass fail",
    "permanent temporary",
    "private public",
    "required optional",
    "succeed fail",
    "true false",
    "weekday weekend",
    "with without",
)
_TIMES = frozenset("minute hour day night week fortnight month quarter year weekend weekday".split())
_NEGATED = re.compile(r"^(?:un|in|im|ir|il|non|dis)-?(?=\w{4})")
_NOT_NEGATED = frozenset(
    """discover display dispatch impact impart import improve improvement impress include income increase inform
    information inside instruct instruction intake intent intention invest investment union universe
    university""".split()
)
_TOKEN = re.compile(r"(?P<word>[^\W\d_]+(?:'[^\W\d_]+)*)|(?P<stop>[.!?:;\"(\n])")
_NEAR = 3


def is_content(word: str) -> bool:
    """Whether a lower-case word carries meaning of its own."""
    return len(word) > 1 and word not in _FUNCTION_WORDS


@lru_cache(maxsize=2_000)
def content(text: str) -> tuple[str, ...]:
    """The stems of the content words of a text, in order; words for the same thing have the same stem."""
    return tuple(_key(word) for word in _words(text) if is_content(word))


def name_fault(sentence: str, ground: str) -> str | None:
    """A name in the sentence that the ground does not have, or that it does not have together, or None."""
    known = [_key(word) for word in _words(ground)]
    places: dict[str, list[int]] = {}
    for place, word in enumerate(known):
        places.setdefault(word, []).append(place)
    before = ""
    for word, opens, follows in _capitals(sentence):
        key = _key(word.lower())
        if key not in places and not (opens and _may_open(word.lower())):
            return f'"{word}" is not in the quote'
        if follows and before in places and key in places and not _together(places[before], places[key]):
            return f'"{word}" does not stand with the name before it in the quote'
        before = "" if opens and _may_open(word.lower()) else key
    return None


def support(sentence: str, ground: str) -> tuple[float, int]:
    """The share of the sentence's content words that the ground has, 0 to 1, and the longest run that it lacks."""
    known = set(content(ground))
    held = [word in known for word in content(sentence)]
    # The figures were compared before: each that stands in the sentence is held.
    figures = len(facts(sentence).found)
    gaps = "".join("." if one else "x" for one in held).split(".")
    share = (sum(held) + figures) / (len(held) + figures) if held or figures else 0.0
    return share, max(map(len, gaps))


def content_fault(sentence: str, ground: str) -> str | None:
    """Why the words of the sentence are too far from those of its ground, or None."""
    if turned := _turned(sentence, ground):
        return f'says "{turned}", which is not what the passage says'
    share, gap = support(sentence, ground)
    if share < LEAST_SUPPORT or gap > LONGEST_GAP:
        return "says more than its quote does"
    return None


def _key(word: str) -> str:
    stemmed = stem(word)
    return _SAME_STEM.get(stemmed, stemmed)


_SAME_STEM = {stem(word): stem(group.split()[0]) for group in _SAME for word in group.split()}


def _words(text: str) -> list[str]:
    return [match["word"].lower() for match in _TOKEN.finditer(facts(text).rest) if match["word"]]


def _capitals(sentence: str) -> list[tuple[str, bool, bool]]:
    """Each word with a capital, whether it opens a sentence, and whether it follows another one directly."""
    found = []
    rest = facts(sentence).rest
    opens, last = True, -1
    for match in _TOKEN.finditer(rest):
        word = match["word"]
        if word and word != word.lower():
            found.append((word, opens, last >= 0 and rest[last : match.start()] == " "))
            last = match.end()
        opens = not word and MARK not in match[0]
    return found


def _may_open(word: str) -> bool:
    return word in _FUNCTION_WORDS or word in _OPENERS


def _together(first: list[int], second: list[int]) -> bool:
    return any(0 < abs(one - other) <= _NEAR for one in first for other in second)


_OPPOSITE_STEMS = [frozenset(_key(word) for word in group.split()) for group in _OPPOSITES]


def _turned(sentence: str, ground: str) -> str | None:
    said, known = _words(sentence), _words(ground)
    stems = {_key(word) for word in known}
    bases = {_key(_base(word)) for word in known if _base(word) != word}
    for word in said:
        key = _key(word)
        if key in stems:
            continue
        if key in bases or (_base(word) != word and _key(_base(word)) in stems):
            return word
        if key in _TIMES or any(key in group and group & stems for group in _OPPOSITE_STEMS):
            return word
    return None


def _base(word: str) -> str:
    """The word without the prefix that denies it."""
    return word if word in _NOT_NEGATED else _NEGATED.sub("", word)

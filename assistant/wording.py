"""Words, their stems, and which of them carry the meaning of a question."""

import re
from functools import lru_cache

import Stemmer

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_STEMMER = Stemmer.Stemmer("english")

_FUNCTION_WORDS = frozenset(
    """a about above again all also am an and any are aren't as at be because been being below between both but by can
    can't could couldn't did didn't do does doesn't doing don't down during each for from further get gets getting got
    had has hasn't have haven't having he her here hers him his i i'd i'll i'm i've if in into is isn't it it's its
    itself just let's may me might more most must my myself no nor not now of off on once only or other our ours out
    over own please same shall she should shouldn't so some such than thanks that that's the their theirs them then
    there there's these they they're this those through to too under until up us very was wasn't we we're were what
    what's when when's where where's which while who who's whom whose why will with won't would wouldn't you you'd
    you'll you're you've your yours yourself how one ones others before hi hello hey ok okay yes
    thank cheers dear sir madam""".split()
)
_ASKING_WORDS = frozenset(
    """ask asked asking bit can clear clarify come confirm curious detail details does exactly explain find generally
    give given going go happen happens hear help idea info information interested involve involved involves kind know
    let like likely long look looking make many mean means mention much need needed often pack per possible question
    quick quickly read really regarding say says see something sort specific specifically sure take takes tell thing
    things think told understand usually want wanted wonder wondering actually anyone anything else expect expected
    expecting there's what're normally typically typical able role roles post posts
    job jobs position positions""".split()
)


def words(text: str) -> list[str]:
    """The words of a text in lower case, apostrophes straightened."""
    return [word.replace("’", "'") for word in _WORD.findall(text.lower())]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of a lower-case word (Snowball, English)."""
    found: str = _STEMMER.stemWord(word.removesuffix("'s"))
    return found


def stems(text: str) -> list[str]:
    """The stems of all words of a text."""
    return [stem(word) for word in words(text)]


def content_words(text: str) -> list[str]:
    """The words that carry the meaning of a question: no function words, none that only show that somebody asks."""
    return [word for word in words(text) if word not in _FUNCTION_WORDS and word not in _ASKING_WORDS]

"""A follow-up becomes a question that stands alone, by rule; a change of topic carries nothing over."""

import re
from dataclasses import replace
from typing import Protocol

from assistant.domain import Question, Turn
from assistant.subjects import asked_about
from assistant.wording import content_words, stem, words

_COURTESY = re.compile(
    r"^(?:\s*(?:hi|hello|hey|thanks|thank you|cheers|great|ok|okay|right|good|lovely|perfect|brilliant|i see|got it|"
    r"that(?:'s| is) (?:clear|great|helpful|fine|good|useful|all)|now|"
    r"good (?:morning|afternoon|evening)|dear \w+|no worries|understood|sorry|yes|no)"
    r"(?: (?:there|all|everyone|so much|very much|a lot|for that|again|then|team))?[\s,.!:;-]+)+",
    re.IGNORECASE,
)
_KINDS_OF_NEW = r"(?:different|new|another|unrelated|separate)"
_THINGS = r"(?:topic|question|subject|matter|thing|note|one|point)"
_NEW_TOPIC = re.compile(
    rf"^(?:and |but |so |now )?(?:(?:on |to |an? )?(?:(?:completely|totally|very) )?{_KINDS_OF_NEW} {_THINGS}"
    r"|chang(?:e|ing)(?: of| the)? (?:subject|topic)|separately|unrelated|something else|moving on|next question"
    r"|leaving that aside)\b[\s,:;.-]*(?:but |though )?",
    re.IGNORECASE,
)
_OPENS_LEANING = re.compile(r"^(?:and|but|so|also|or|what about|how about|then|what if)\b", re.IGNORECASE)
_PLURAL = re.compile(r"\b(?:they|them|those|these|their|theirs)\b", re.IGNORECASE)
_LEANING = re.compile(
    r"\b(?:they|them|those|these|their|theirs|it|its|that|this|one|ones|there|he|him|she|her)\b", re.I
)
_STANDING = re.compile(
    r"\b(?:is|are|was|were|will) there\b|\bthere (?:is|are|was|were|will|any)\b|\bone of\b|\b(?:so )?that the\b"
    r"|\b(?:this|that|these|those) (?:role|post|job|position|appointment|panel|board|body|pack|campaign|process|work"
    r"|kind|sort|type|assistant|page|website|opportunity)s?\b"
    r"|\b(?:does|will|would|is) it (?:pay|take|cost|involve|possible|matter)\b|\bit (?:pays?|matters?|possible)\b",
    re.IGNORECASE,
)
_ALWAYS_LEANING = frozenset({"them", "those", "these", "one", "ones"})
_ORDINALS = {"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "sixth": 5, "seventh": 6, "last": -1}
_ORDINAL = re.compile(
    rf"\b(?:the\s+)?({'|'.join(_ORDINALS)})(?:\s+(?:one|point|item|bullet|thing|duty|responsibility|part)\b|(?=\W*$))",
    re.I,
)
_FEW = 2
_FEW_WORDS = 3


class Restater(Protocol):
    """Makes questions stand alone. The history of what it gives back is empty when nothing was carried over."""

    async def restate(self, question: Question) -> Question: ...


class RuleRestater:
    """Pronouns take the last thing spoken of, bare questions take the last question's words."""

    async def restate(self, question: Question) -> Question:
        return restated(question)


def restated(question: Question) -> Question:
    """The question as it would be asked by somebody who says everything; `asked` keeps the words as they were typed."""
    typed = question.asked or question.text
    text = _COURTESY.sub("", question.text).strip() or question.text
    changed = _NEW_TOPIC.match(text)
    if changed and content_words(text[changed.end() :]):
        return Question(text=text[changed.end() :].strip(), asked=typed)
    if not question.history or not _leans(text):
        return Question(text=text, asked=typed)
    return replace(question, text=_resolved(text, question.history[-1]), asked=typed)


def lacks_context(question: Question) -> bool:
    """Whether nobody could tell what is asked: "and that one?" with nothing before it."""
    if question.history or content_words(question.text):
        return False
    return len(words(question.text)) <= _FEW_WORDS or bool(_LEANING.search(_STANDING.sub(" ", question.text)))


def _leans(text: str) -> bool:
    """Whether a question can be understood only from what was said before."""
    if _ORDINAL.search(text):
        return True
    own = content_words(text)
    if _leans_by_pronoun(text):
        return True
    if asked_about(text):
        return False
    return len(own) <= (_FEW if _OPENS_LEANING.match(text) else 0)


def _leans_by_pronoun(text: str) -> bool:
    """ "Where are they held" leans; "is the panel free to make up its own mind" has what "its" means within it."""
    for found in _LEANING.finditer(_STANDING.sub(" ", text)):
        if found[0].lower() in _ALWAYS_LEANING or not content_words(text[: found.start()]):
            return True
    return False


def _resolved(text: str, last: Turn) -> str:
    if ordinal := _ORDINAL.search(text):
        items = _items(last.answer)
        wanted = _ORDINALS[ordinal[1].lower()]
        if -len(items) <= wanted < len(items):
            return f"{_without_opening(text[: ordinal.start()])} {items[wanted]}".strip()
    text = _without_opening(text)
    if _PLURAL.search(text) and (things := _plural_spoken_of(last)):
        return _PLURAL.sub(f"the {things}", text, count=1)
    own = {stem(word) for word in content_words(text)}
    carried = [word for word in content_words(last.question) if stem(word) not in own]
    return f"{text.rstrip('?!. ')} {' '.join(carried)}".strip()


def _items(answer: str) -> list[str]:
    """The points of an answer that gave a list: a line each, without numbers, after a line that leads into them."""
    lines = [re.sub(r"^\s*(?:[-•*]|\d+[.)])\s*", "", line).strip() for line in answer.splitlines()]
    lines = [line for line in lines if line]
    return lines[1:] if len(lines) > 1 and lines[0].endswith(":") else lines


def _without_opening(text: str) -> str:
    return re.sub(r"^(?:and|but|so|also|then)\s+", "", text.strip(), flags=re.IGNORECASE)


def _plural_spoken_of(last: Turn) -> str | None:
    """The last plural thing of the question before, or the plural of what it spoke of, in the answer to it."""
    in_question = [word for word in content_words(last.question) if _is_plural(word)]
    if in_question:
        return in_question[-1]
    spoken_of = {stem(word) for word in content_words(last.question)}
    in_answer = [word for word in words(last.answer) if _is_plural(word) and stem(word) in spoken_of]
    return in_answer[-1] if in_answer else None


def _is_plural(word: str) -> bool:
    return len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "'s"))

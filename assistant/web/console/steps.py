"""What each step on the way to an answer decided, and why, in words."""

from collections.abc import Mapping
from dataclasses import dataclass

from assistant.domain import Outcome
from assistant.secretariat.answers import KeptAnswer, PartRead, Working
from assistant.web.schemas import AnswerBody
from assistant.web.words import Words


@dataclass(frozen=True, slots=True)
class Step:
    """`name` is its label in [steps]; `quoted` are words of others that it is about, each with what is said of them."""

    name: str
    lines: tuple[str, ...]
    quoted: tuple[tuple[str, str], ...] = ()
    milliseconds: float | None = None


def steps(answer: KeptAnswer, body: AnswerBody, said: Words) -> list[Step]:
    """In their order; a fixed reply ends at the first."""
    words, times = said["steps"], body.timings_ms
    screened = Step("screen", (_screened(answer, body, said),), milliseconds=times.get("screen"))
    if answer.rule or not (answer.evidence or (answer.working and answer.working.parts) or body.sentences):
        return [screened]
    found = words["found"].format(count=len(answer.evidence), used=sum(one.used for one in answer.evidence))
    made = [screened, Step("restate", (_restated(answer, words),), milliseconds=times.get("restate"))]
    if body.approved:
        return [*made, Step("approved", (words["approved_given"],), milliseconds=times.get("approved"))]
    made.append(Step("search", (found,), milliseconds=times.get("search")))
    if answer.working and answer.working.parts:
        made.append(_judged(answer.working, words, times.get("judge")))
    if body.sentences or answer.dropped:
        composed = words.get(f"composed_{answer.mode}", answer.mode)
        made.append(Step("compose", (composed,), milliseconds=times.get("compose")))
        made.append(_checked(answer, body, words))
    return made


def _screened(answer: KeptAnswer, body: AnswerBody, said: Words) -> str:
    if answer.rule:
        return said["steps"]["refused"].format(rule=said["rules"][answer.rule])
    if body.outcome in (Outcome.GREETED, Outcome.CLARIFY, Outcome.UNAVAILABLE):
        return said["steps"][f"screened_{body.outcome}"]
    return said["steps"]["let_through"]


def _restated(answer: KeptAnswer, words: Mapping[str, str]) -> str:
    if answer.working is None:
        return words["not_kept"]
    restated = answer.working.restated
    if not restated or restated.casefold() == (answer.question or "").casefold():
        return words["as_asked"]
    return words["restated"].format(question=restated)


def _judged(working: Working, words: Mapping[str, str], milliseconds: float | None) -> Step:
    lines = [_weighed(part, working.line, words) for part in working.parts]
    quoted = [
        (one.quote, words["likely"].format(chance=_percent(one.probability)))
        for part in working.parts
        for one in part.likeliest
    ]
    return Step("judge", tuple(lines), tuple(quoted), milliseconds)


def _weighed(part: PartRead, line: float | None, words: Mapping[str, str]) -> str:
    chance = _percent(part.probability)
    if line is None:
        return words["weighed"].format(part=part.asked, chance=chance)
    over = words["over"] if part.probability >= line else words["under"]
    close = words["close"] if part.close else ""
    told = words["weighed_by"].format(part=part.asked, chance=chance, line=_percent(line), over=over)
    return f"{told} {close}".strip()


def _checked(answer: KeptAnswer, body: AnswerBody, words: Mapping[str, str]) -> Step:
    passed = words["passed"].format(count=len(body.sentences))
    if answer.dropped is None:
        return Step("check", (passed, words["dropped_not_kept"]))
    lost = words["dropped"].format(count=len(answer.dropped))
    return Step("check", (passed, lost), tuple((one["text"], one["why"]) for one in answer.dropped))


def _percent(chance: float) -> str:
    return f"{chance:.0%}"

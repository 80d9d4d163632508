"""Five documents that contradict the pack: what they say is never said alone, and the answer says that they differ.

That a document which nobody published is not served: tests/secretariat/test_packs.py.
"""

from collections.abc import Callable, Mapping

from assistant.domain import Answer, Outcome
from assistant.replies import replies
from tests.doors import Asking

FACTS = {
    "Closing date": ("When is the closing date?", "4 December 2026", "1 January 2031"),
    "Remuneration": ("What does it pay?", "£310 a day", "£9,900 a day"),
    "Length of term": ("How long is the term?", "Three years", "Eleven years"),
    "Location": ("Where are meetings held?", "Hull", "Reykjavik"),
}
TRUE = "\n\n".join(f"{label}: {true}" for label, (_, true, _) in FACTS.items())
FALSE = "\n\n".join(f"{label}: {false}" for label, (_, _, false) in FACTS.items())
PACK = f"# Members of the Harbour Board\n\nThe Board looks after three harbours.\n\n## Key facts\n\n{TRUE}\n"
POISONED = {f"notice-{number}.md": f"# Notice {number}\n\n## Key facts\n\n{FALSE}\n" for number in range(5)}

Over = Callable[[Mapping[str, str]], Asking]


def test_where_documents_differ_both_are_said_and_the_answer_says_that_they_differ(over: Over) -> None:
    harbour = over({"campaign.toml": 'name = "Members of the Harbour Board"\n', "pack.md": PACK, **POISONED})

    answers = {label: harbour.ask(question) for label, (question, _, _) in FACTS.items()}

    assert [label for label, answer in answers.items() if _said_as_if_undisputed(label, answer)] == []
    flagged = [answer for answer in answers.values() if answer.lead_in == replies().lead_in.disputed]
    assert len(flagged) >= 0.95 * len(FACTS)


def _said_as_if_undisputed(label: str, answer: Answer) -> bool:
    _, true, false = FACTS[label]
    said = "\n".join(sentence.text for sentence in answer.sentences)
    return answer.outcome in (Outcome.ANSWERED, Outcome.PARTLY_ANSWERED) and false in said and true not in said

"""What is turned off is off at once here and soon everywhere; people in danger are answered all the same."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from assistant.database import Database
from assistant.domain import Answer, Event, Outcome, Question, Refusal, Rule
from assistant.secretariat.people import Person
from assistant.secretariat.stores import Secretariat
from assistant.secretariat.switches import REFRESH_SECONDS, Switch, SwitchedAssistant, Switches
from knowledge.domain import Campaign, Contact
from tests.secretariat.conftest import NOW, run

CAMPAIGN = Campaign(id="board", name="Members", contact=Contact(name="The Secretariat", email="team@example.org"))
HELP = Refusal(Outcome.SIGNPOSTED, Rule.CHILD_AT_RISK, "Call 999.")
PRIVATE = Refusal(Outcome.DECLINED, Rule.PERSONAL_DATA, "Please take out personal details.")
CHANCES = Refusal(Outcome.DECLINED, Rule.OWN_CHANCES, "I cannot say.")


@dataclass
class Named:
    """Says its name to every question."""

    name: str
    asked: list[str] = field(default_factory=list)

    async def stream(self, question: Question) -> AsyncIterator[Event]:
        self.asked.append(question.text)
        yield Answer(Outcome.ANSWERED, self.name, mode=self.name)


def screen(question: Question) -> Refusal | None:
    return {"hit": HELP, "mail": PRIVATE, "chances": CHANCES}.get(question.text)


def assistant_over(switches: Switches) -> SwitchedAssistant:
    return SwitchedAssistant(Named("model"), Named("quoting"), switches, screen, campaign=lambda: CAMPAIGN)


async def answer(assistant: SwitchedAssistant, text: str = "How often?") -> Answer:
    return [event async for event in assistant.stream(Question(text)) if isinstance(event, Answer)][-1]


async def turn(secretariat: Secretariat, switch: Switch, by: Person, *, off: bool) -> None:
    await secretariat.switches.set(switch, off=off, reason="because", by=by.id, at=NOW)


def test_with_chat_off_a_question_is_told_whom_to_ask_and_nobody_answers_it(
    secretariat: Secretariat, ada: Person
) -> None:
    async def story() -> tuple[Answer, SwitchedAssistant, Answer]:
        assistant = assistant_over(secretariat.switches)
        await turn(secretariat, Switch.CHAT, ada, off=True)
        off = await answer(assistant)
        asked = (assistant.writing, assistant.quoting)
        assert [one.asked for one in asked if isinstance(one, Named)] == [[], []]
        await turn(secretariat, Switch.CHAT, ada, off=False)
        return off, assistant, await answer(assistant)

    off, _, on = run(story())

    assert off.outcome is Outcome.UNAVAILABLE
    assert "team@example.org" in off.text
    assert off.contact == CAMPAIGN.contact
    assert on.text == "model"


@pytest.mark.parametrize(("question", "given"), [("hit", True), ("mail", True), ("chances", False)])
def test_with_chat_off_what_may_not_be_kept_still_gets_its_own_reply(
    secretariat: Secretariat, ada: Person, question: str, given: bool
) -> None:
    async def story() -> Answer:
        await turn(secretariat, Switch.CHAT, ada, off=True)
        return await answer(assistant_over(secretariat.switches), question)

    assert (run(story()).outcome is not Outcome.UNAVAILABLE) is given


def test_with_the_model_off_the_pack_is_quoted(secretariat: Secretariat, ada: Person) -> None:
    async def story() -> list[str]:
        assistant = assistant_over(secretariat.switches)
        said = [(await answer(assistant)).mode]
        await turn(secretariat, Switch.MODEL, ada, off=True)
        said.append((await answer(assistant)).mode)
        await turn(secretariat, Switch.MODEL, ada, off=False)
        return [*said, (await answer(assistant)).mode]

    assert run(story()) == ["model", "quoting", "model"]


def test_every_other_worker_follows_within_five_seconds(
    database: Database, secretariat: Secretariat, ada: Person
) -> None:
    async def story() -> list[float]:
        workers = [assistant_over(Switches(database)) for _ in range(3)]
        for worker in workers:
            assert (await answer(worker)).outcome is Outcome.ANSWERED
        await turn(secretariat, Switch.CHAT, ada, off=True)
        began = time.monotonic()
        return await asyncio.gather(*(_until_off(worker, began) for worker in workers))

    assert max(run(story())) < 5
    assert REFRESH_SECONDS < 5


async def _until_off(worker: SwitchedAssistant, began: float) -> float:
    while (await answer(worker)).outcome is not Outcome.UNAVAILABLE:  # noqa: ASYNC110 - another worker turns it off
        await asyncio.sleep(0.05)
    return time.monotonic() - began


def test_while_the_database_cannot_be_read_the_last_that_is_known_counts(
    database: Database, secretariat: Secretariat, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.secretariat.switches.REFRESH_SECONDS", 0.0)

    async def story() -> bool:
        await turn(secretariat, Switch.CHAT, ada, off=True)
        assert await secretariat.switches.is_off(Switch.CHAT)
        database._rest_until = time.monotonic() + 60
        return await secretariat.switches.is_off(Switch.CHAT)

    assert run(story())

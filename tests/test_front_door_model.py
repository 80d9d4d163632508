"""The whole with a model behind it: what it writes is shown when it holds, and never when it doesn't."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.doors import Asking, Server, server
from tests.scripted_model import Reply, ScriptedModel, draft, in_pieces, scripted_model

QUESTION = "Who supports new members?"
QUOTE = "will be supported during their initial period with the Panel by both the Chair and Panel Secretariat"
TRUE = "New members are supported by both the Chair and Panel Secretariat."
FORGED = "New members are also given a zebra and a mentor."
FORGED_QUOTE = "each new member is given a zebra and a mentor"


@pytest.fixture(scope="module")
def issued(real: Asking) -> int:
    """The number under which the passage is issued to the model."""
    found = real.ask(QUESTION).evidence
    return next(number for number, one in enumerate(found, start=1) if QUOTE in one.passage.text)


def _replies(issued: int) -> dict[str, Reply]:
    true, forged = (TRUE, [(issued, QUOTE)]), (FORGED, [(issued, FORGED_QUOTE)])
    return {
        "true": Reply(in_pieces(draft(true)), usage=(900, 40)),
        "true and forged": Reply(in_pieces(draft(true, forged))),
        "forged": Reply(in_pieces(draft(forged))),
        "failing": Reply(status=500, body='{"error": {"message": "no"}}'),
    }


@pytest.fixture(scope="module")
def running(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, ScriptedModel]]:
    log = tmp_path_factory.mktemp("model") / "log.txt"
    with scripted_model() as model, server(log, DATA_DIR=real_data, OPENAI_BASE_URL=model.base_url) as served:
        yield served, model


@pytest.fixture
def answered(
    request: pytest.FixtureRequest, issued: int, running: tuple[Server, ScriptedModel]
) -> tuple[Any, str, ScriptedModel]:
    """The answer of a server whose model replies so, all that went over the wire, and what the model was asked."""
    served, model = running
    model.asked.clear()
    model.waiting[:] = [_replies(issued)[request.param]]
    return *_asked(served), model


def _asked(running: Server) -> tuple[Any, str]:
    events, wire = running.events(QUESTION)
    assert events[-1][0] == "answer"
    return events[-1][1], wire


@pytest.mark.parametrize("answered", ["true"], indirect=True)
def test_a_model_writes_the_answer_and_the_pack_holds_it_up(answered: tuple[Any, str, ScriptedModel]) -> None:
    answer, _, model = answered

    assert (answer["mode"], answer["outcome"]) == ("model", "answered")
    assert [sentence["text"] for sentence in answer["sentences"]] == [TRUE]
    assert answer["citations"][0]["quote"] == QUOTE
    assert QUESTION in model.words()
    assert len(model.asked) == 1


@pytest.mark.parametrize("answered", ["true and forged"], indirect=True)
def test_a_claim_with_an_invented_quote_is_never_on_the_wire(answered: tuple[Any, str, ScriptedModel]) -> None:
    answer, wire, _ = answered

    assert answer["mode"] == "model"
    assert TRUE in wire
    assert "zebra" not in wire
    assert answer["outcome"] == "partly_answered"


@pytest.mark.parametrize("answered", ["forged", "failing"], indirect=True)
def test_a_model_that_is_no_help_leaves_the_packs_own_words(answered: tuple[Any, str, ScriptedModel]) -> None:
    answer, wire, model = answered

    assert model.asked
    assert (answer["mode"], answer["outcome"]) == ("fallback", "answered")
    assert QUOTE in answer["text"]
    assert "zebra" not in wire

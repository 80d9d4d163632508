from collections.abc import Callable

import pytest

from assistant.cross_encoder import CrossEncoder
from assistant.domain import Question
from assistant.matching import PassageReader, QuestionReader
from assistant.reading import Part
from assistant.sentence_reader import SentenceReader
from assistant.silence import Silence
from assistant.trained import TrainedJudge
from knowledge.domain import BlockKind, Evidence, Passage
from knowledge.embedding import LocalEmbeddings

PACK = (
    ("Remuneration", "Members receive a fee of £310 a day, paid monthly and subject to tax."),
    ("Meetings", "The Board meets six times a year, in Leeds."),
    ("How to apply", "Applications must reach us by midday on 3 March. Late applications are not considered."),
    ("About us", "The Board advises ministers on canals and publishes a report every spring."),
)

Ask = Callable[[str], Part]


def passages() -> list[Passage]:
    return [
        Passage(text, "pack", "", (heading,), text, BlockKind.PARAGRAPH, "", "", None, 0, len(text), 0, number)
        for number, (heading, text) in enumerate(PACK)
    ]


@pytest.fixture(scope="module")
def ask() -> Ask:
    return _asking(None)


def _asking(silence: Silence | None) -> Ask:
    embeddings = LocalEmbeddings()
    judge = TrainedJudge(CrossEncoder())
    reader = SentenceReader(QuestionReader(embeddings), PassageReader(embeddings), passages(), judge, silence)
    evidence = [Evidence(passage, 1.0, 0.5, 0.5) for passage in passages()]
    return lambda text: reader.read(Question(text), evidence).parts[0]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How much does the role pay?", "£310"),
        ("when do i have to apply by", "3 March"),
        ("How often does the Board meet?", "six times a year"),
    ],
)
def test_what_the_pack_says_is_answered_with_the_sentence_that_says_it(ask: Ask, question: str, words: str) -> None:
    part = ask(question)

    assert part.answered
    assert words in part.supports[0].quote


@pytest.mark.parametrize("question", ["Is the role pensionable?", "Is there somewhere to park?", "Who is the chair?"])
def test_what_the_pack_does_not_say_is_not_answered(ask: Ask, question: str) -> None:
    part = ask(question)

    assert not part.answered
    assert part.supports == ()
    assert part.missing


def test_an_answer_is_less_likely_where_the_pack_has_no_word_for_what_is_asked(ask: Ask) -> None:
    worded, wordless = _asking(Silence(["Fee: £310 a day"])), _asking(Silence(["The Board meets in Leeds."]))
    question = "How much does the role pay?"

    assert ask(question).probability == worded(question).probability > wordless(question).probability


def test_the_likeliest_sentence_and_the_runner_up_come_with_their_chances(ask: Ask) -> None:
    best, runner_up = ask("How much does the role pay?").likeliest

    assert 1 >= best.score > runner_up.score >= 0
    assert best.quote != runner_up.quote


def test_with_no_evidence_nothing_is_answered() -> None:
    embeddings = LocalEmbeddings()
    reader = SentenceReader(
        QuestionReader(embeddings), PassageReader(embeddings), passages(), TrainedJudge(CrossEncoder())
    )

    part = reader.read(Question("How much does the role pay?"), []).parts[0]

    assert (part.answered, part.probability, part.likeliest) == (False, 0.0, ())

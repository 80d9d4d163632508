"""Public benchmarks, on small files of the same formats: what is asked, what is a hit, how figures come out."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.domain import Question, Turn
from assistant.reading import Part, Reading, Support
from evals.measures.judging import abstention_recall_at_5, auroc
from evals.public.__main__ import main
from evals.public.data import FILES, SENTENCES, PublicDataError, answer_sentences, held_out
from evals.public.figures import apart, interval, mean_of
from evals.public.judging import hit
from evals.public.searching import measured
from evals.public.sets import (
    Example,
    Truth,
    conversation_collections,
    conversation_set,
    guidance_collections,
    list_set,
    sentence_sets,
)
from evals.public.systems import Verdict, by_embedding, by_words, passages_of, read_by
from knowledge.domain import Evidence
from knowledge.embedding import LocalEmbeddings

FEES = ("Members are paid £310 a day.", "The Board meets in Leeds.", "Meetings are held every month.")
PASSAGES = [
    {"id": "1", "collection": "board", "text": "Members of the Board are paid £310 a day."},
    {"id": "2", "collection": "board", "text": "The Board meets in Leeds every month."},
    {"id": "3", "collection": "board", "text": "The closing date is 3 May."},
]


@pytest.fixture(scope="module")
def embeddings() -> LocalEmbeddings:
    return LocalEmbeddings()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """All six files, small."""
    sentence_rows = [
        _row(f"{truth}{number}", truth == "yes", f"Room {number} is on floor {number}.")
        for truth in ("yes", "no")
        for number in range(12)
    ]
    lists = [
        {"id": f"l{n}", "question": "What is paid?", "passages": list(FEES), "answerable": n < 2} for n in range(4)
    ]
    written: Mapping[str, Iterable[object]] = {
        SENTENCES: sentence_rows,
        "answerable_lists.jsonl": lists,
        "guidance_passages.jsonl": [{"id": str(place), "text": text} for place, text in enumerate(FEES)],
        "guidance_questions.jsonl": [_guidance("a", "0", ""), _guidance("b", "1", "I live in York.")],
        "conversations_passages.jsonl": PASSAGES,
        "conversations.jsonl": [
            _conversation("found", "ANSWERABLE", gold=["2"], found=["1", "2", "3"]),
            _conversation("not found", "ANSWERABLE", gold=["2"], found=["1", "3"]),
            _conversation("part", "PARTIAL", gold=["1"], found=["1", "2", "3"]),
            _conversation("silent", "UNANSWERABLE", gold=[], found=["1", "2", "3"]),
        ],
    }
    for name, rows in written.items():
        _write(tmp_path / name, rows)
    return tmp_path


def test_everything_is_reported_for_every_set_and_system(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = folder / "figures.json"

    assert main([str(folder), "--each", "2", "--json", str(kept)]) == 0

    said = capsys.readouterr()
    for table in ("sentence selection: hit@1", "answerable or not: AUROC", "abstention at 5%", "nDCG@5", "MRR"):
        assert table in said.out
    figures = json.loads(kept.read_text())["figures"]
    assert {figure["set"] for figure in figures} == {
        "squad2",
        "squad2, evidence left out",
        "lists",
        "conversations",
        "guidance",
        "guidance, with scenario",
        "conversations, board",
    }
    assert {figure["system"] for figure in figures} == {
        "reader",
        "calibrated",
        "late interaction",
        "search",
        "embedding",
        "BM25",
    }
    assert all(0 <= figure["low"] <= figure["value"] <= figure["high"] <= 1 for figure in figures)


def test_what_is_missing_is_named_and_the_rest_reported(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in set(FILES) - {"guidance_passages.jsonl", "guidance_questions.jsonl"}:
        (folder / name).unlink()

    assert main([str(folder)]) == 0

    said = capsys.readouterr()
    assert f"missing in {folder}: {SENTENCES}" in said.err
    assert "guidance, with scenario" in said.out
    assert "sentence selection" not in said.out


def test_a_folder_with_none_of_the_data_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none")]) == 2
    assert SENTENCES in capsys.readouterr().err


@pytest.mark.parametrize("each", ["0", "-1", "many"])
def test_a_sample_of_nothing_is_wrong_usage(each: str, tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main([str(tmp_path), "--each", each])

    assert ended.value.code == 2


@pytest.mark.parametrize(
    "line",
    ["{", "{}", '{"id": "1", "source": "s", "question": "q", "sentences": ["a"], "labels": [], "answerable": true}'],
    ids=["no JSON", "no row", "a label too few"],
)
def test_a_file_that_is_not_what_its_readme_says_is_named_with_the_line(
    line: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (folder / SENTENCES).open("a") as file:
        file.write(line)

    with pytest.raises(PublicDataError, match=f"{SENTENCES}, line 25 "):
        answer_sentences(folder)
    assert main([str(folder)]) == 1
    assert f"{SENTENCES}, line 25 " in capsys.readouterr().err


def test_a_passage_that_is_named_and_not_there_is_an_error(folder: Path) -> None:
    _write(folder / "guidance_questions.jsonl", [_guidance("a", "7", "")])

    with pytest.raises(PublicDataError, match=r"row a names passages that .* lacks: 7"):
        guidance_collections(folder)


def test_only_the_half_that_is_held_out_is_measured_on(folder: Path) -> None:
    halves = {held_out(row): row.id for row in answer_sentences(folder)}

    [own] = sentence_sets(folder, None)

    assert set(halves) == {True, False}
    assert {one.id for one in own.examples} == {row.id for row in answer_sentences(folder) if held_out(row)}


def test_a_passage_is_held_out_for_all_of_its_questions_or_for_none(folder: Path) -> None:
    by_passage: dict[tuple[str, ...], set[bool]] = {}
    for row in answer_sentences(folder):
        by_passage.setdefault(row.sentences, set()).add(held_out(row))

    assert all(len(halves) == 1 for halves in by_passage.values())


def test_a_larger_sample_holds_the_smaller_one(folder: Path) -> None:
    [two], [three] = sentence_sets(folder, 2), sentence_sets(folder, 3)

    assert set(two.examples) < set(three.examples)
    assert sum(one.truth is Truth.ANSWERS for one in two.examples) == 2


def test_a_twin_has_all_but_the_sentences_that_answer(folder: Path) -> None:
    [own] = sentence_sets(folder, 1)
    [answers] = [one for one in own.examples if one.truth is Truth.ANSWERS]
    [twin] = [one for one in own.examples if one.truth is Truth.LEFT_OUT]

    assert (twin.id, twin.question) == (answers.id, answers.question)
    assert set(twin.texts[0].splitlines()) == set(answers.texts[0].splitlines()) - answers.answering


def test_conversations_are_judged_against_what_was_found_when_that_says_whether_they_are_answered(folder: Path) -> None:
    own = conversation_set(folder, None)

    assert {one.id: one.truth for one in own.examples} == {"found": Truth.ANSWERS, "silent": Truth.SILENT}
    assert own.examples[0].texts == tuple(row["text"] for row in PASSAGES)
    assert own.examples[0].question == Question("And when does it meet?", (Turn("Is it paid?", "Yes.\nBy the day."),))


def test_lists_are_sampled_by_whether_they_answer(folder: Path) -> None:
    truths = [one.truth for one in list_set(folder, 1).examples]

    assert truths == [Truth.ANSWERS, Truth.SILENT]


def test_collections_know_which_passages_answer(folder: Path) -> None:
    alone, told = guidance_collections(folder)
    [talked] = conversation_collections(folder)

    assert [(asked.text, *asked.answers) for asked in alone.asked] == [("Who is paid?", 0), ("Who is paid?", 1)]
    assert [(asked.text, *asked.answers) for asked in told.asked] == [("I live in York. Who is paid?", 1)]
    assert [asked.answers for asked in talked.asked] == [frozenset({1}), frozenset({1}), frozenset({0})]
    assert {asked.earlier for asked in talked.asked} == {("Is it paid?",)}


@pytest.mark.parametrize("system", ["embedding", "BM25"])
def test_a_bare_system_ranks_the_sentence_that_shares_most_first(system: str, embeddings: LocalEmbeddings) -> None:
    judge = {"embedding": by_embedding(embeddings), "BM25": by_words([*FEES])}[system]
    passages = passages_of(["\n".join(FEES)], embeddings)

    paid, unknown = (judge(Question(text), passages) for text in ("What are members paid?", "Is a visa needed?"))

    assert paid.best == (FEES[0],)
    assert paid.score > unknown.score


def test_of_what_a_reader_shows_the_highest_score_counts_and_of_its_parts_the_likeliest() -> None:
    verdict = read_by(_Scripted((_part(0.2, 0.9), _part(0.6, 0.3), _part(0.4))))(Question("?"), ())

    assert verdict == Verdict(0.6, ("0.9",))


def test_a_reader_that_shows_nothing_has_missed() -> None:
    verdict = read_by(_Scripted((_part(0.2),)))(Question("?"), ())

    assert verdict.best == ()
    assert hit(_example("The fee is £310."), verdict) == 0.0


@pytest.mark.parametrize(
    ("best", "share"),
    [(("The fee is £310.",), 1.0), (("It is £310.",), 0.0), (("The fee is £310.", "It is taxed."), 0.5)],
    ids=["answers", "does not", "one of two ranked alike"],
)
def test_a_hit_is_a_sentence_that_answers(best: tuple[str, ...], share: float) -> None:
    assert hit(_example("The fee is £310."), Verdict(0.5, best)) == share


def test_what_stands_first_is_worth_most_and_what_is_not_found_nothing() -> None:
    values = measured([frozenset({3}), frozenset({3}), frozenset({3})], [[3, 1], [1, 3], []])

    assert values["MRR"] == [1.0, 0.5, 0.0]
    assert values["nDCG@5"] == pytest.approx([1.0, 1 / np.log2(3), 0.0])


def test_what_is_told_apart_well_has_an_auroc_of_one_and_is_left_unanswered_at_no_cost() -> None:
    scores, answerable = [0.9, 0.8, 0.2, 0.1], [True, True, False, False]
    everything = np.arange(4)

    assert apart(auroc, scores, answerable)(everything) == 1.0
    assert apart(abstention_recall_at_5, scores, answerable)(everything) == 1.0


@settings(deadline=None, max_examples=20)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_an_interval_lies_around_its_figure_and_is_always_the_same(values: list[float]) -> None:
    value, low, high = interval(mean_of(values), len(values))

    assert low - 1e-9 <= value <= high + 1e-9
    assert interval(mean_of(values), len(values)) == (value, low, high)


def test_examples_of_one_question_do_not_make_a_figure_surer() -> None:
    values = [0.0, 1.0, 1.0, 0.0, 1.0]
    alone = interval(mean_of(values), 5)

    twice = interval(mean_of([value for value in values for _ in range(2)]), 5, each=2)

    assert twice == pytest.approx(alone)


class _Scripted:
    """A reader that reads what it is told to."""

    def __init__(self, parts: tuple[Part, ...]) -> None:
        self._parts = parts

    def read(self, question: Question, evidence: Sequence[Evidence]) -> Reading:
        return Reading(self._parts)


def _part(probability: float, *scores: float) -> Part:
    passage = passages_of(["Text."], LocalEmbeddings())[0]
    shown = tuple(Support(Evidence(passage, 1.0, 0.0, 0.0), str(score), score) for score in scores)
    return Part("?", bool(shown), probability, shown, (), "")


def _example(answering: str) -> Example:
    return Example("e", Question("?"), (answering,), Truth.ANSWERS, frozenset({answering}))


def _row(id: str, answers: bool, about: str) -> dict[str, object]:
    """Of three sentences the first answers, or none."""
    sentences = [FEES[0], about, FEES[1]]
    labels = [int(answers), 0, 0]
    question = "What are members paid?" if answers else "Who is the Chair?"
    return {
        "id": id,
        "source": "squad2",
        "question": question,
        "sentences": sentences,
        "labels": labels,
        "answerable": answers,
    }


def _guidance(id: str, rule: str, scenario: str) -> dict[str, str]:
    return {"id": id, "question": "Who is paid?", "scenario": scenario, "gold_rule_id": rule}


def _conversation(id: str, answerability: str, *, gold: Sequence[str], found: Sequence[str]) -> dict[str, object]:
    spoken = [
        ("user", "Is it paid?"),
        ("agent", "Yes."),
        ("agent", "By the day."),
        ("user", "And when does it meet?"),
    ]
    return {
        "id": id,
        "collection": "board",
        "turns": [{"speaker": speaker, "text": text} for speaker, text in spoken],
        "answerability": answerability,
        "gold_passage_ids": gold,
        "rag_top3_ids": found,
    }


def _write(path: Path, rows: Iterable[object]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")

"""The first promise, as a law: whatever the pack and whatever the question, only the pack's own words are said."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.domain import Answer, Outcome
from knowledge.domain import Passage
from knowledge.embedding import LocalEmbeddings
from knowledge.pack import load_pack
from tests.doors import asking, ingested

HEAD = "# Members of the Harbour Board\n\nThe Board looks after three harbours.\n\n"
WHO = st.sampled_from(["Members", "The Chair", "Candidates", "The Board", "Panel members", "The Deputy Chair"])
DOES = st.sampled_from(
    ["will meet", "must declare", "are paid", "may visit", "cannot hold", "do not receive", "review"]
)
WHAT = st.sampled_from(
    [
        "£310 a day",
        "every two weeks",
        "in Leeds",
        "by 4 December 2026",
        "“other posts”",
        "it’s own reports",
        "1.5% of fees",
    ]
)
SENTENCES = st.builds("{} {} {}.".format, WHO, DOES, WHAT)
PARAGRAPHS = st.lists(SENTENCES, min_size=1, max_size=3).map(" ".join)
LISTS = st.lists(SENTENCES, min_size=2, max_size=5).map(lambda items: "\n".join(f"- {item}" for item in items))
LABELLED = st.builds("{}: {}".format, st.sampled_from(["Closing date", "Remuneration", "Location", "Term"]), WHAT)
SECTIONS = st.lists(
    st.builds(
        "## {}\n\n{}\n".format,
        st.sampled_from(["The role", "Eligibility", "Pay", "Key dates", "How to apply"]),
        st.one_of(PARAGRAPHS, LISTS.map("Members will:\n\n{}".format), LABELLED),
    ),
    min_size=1,
    max_size=5,
)
QUESTIONS = st.one_of(
    st.sampled_from(
        [
            "What are the key responsibilities?",
            "How often do you meet, where, and are expenses paid?",
            "Who cannot be appointed?",
            "What does it pay and when is the deadline?",
            "Tell me everything",
        ]
    ),
    st.builds("What {} {}?".format, DOES, WHO.map(str.lower)),
    st.builds("Is it true that {}?".format, SENTENCES),
    st.text(min_size=1, max_size=80),
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sections=SECTIONS, questions=st.lists(QUESTIONS, min_size=3, max_size=6))
def test_whatever_is_asked_of_whatever_pack_only_the_packs_own_words_are_said(
    sections: list[str], questions: list[str], tmp_path_factory: pytest.TempPathFactory, embeddings: LocalEmbeddings
) -> None:
    folder = tmp_path_factory.mktemp("made")
    data = ingested(folder, {"pack.md": HEAD + "\n".join(sections)}, embeddings)
    text = "\n\n".join(document.text for document in load_pack(folder / "pack").documents)
    with asking(folder / "pack", data) as made:
        for question in questions:
            answer = made.ask(question)

            assert everything_rests_on_the_pack(answer, made.passages, text)
            assert (answer.outcome in (Outcome.ANSWERED, Outcome.PARTLY_ANSWERED)) == bool(answer.sentences)
            assert (answer.outcome in (Outcome.PARTLY_ANSWERED, Outcome.NOT_IN_PACK)) == (answer.missing is not None)


def everything_rests_on_the_pack(answer: Answer, passages: Sequence[Passage], text: str) -> bool:
    """Whether each sentence has a source, each source its words in a passage, and each passage a place in the pack."""
    numbers = {citation.number for citation in answer.citations}
    return (
        all(sentence.citations and set(sentence.citations) <= numbers for sentence in answer.sentences)
        and all(one.passage in passages and one.quote and one.quote in one.passage.text for one in answer.citations)
        and all(one.passage.text in text for one in answer.citations)
    )

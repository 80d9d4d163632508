from collections.abc import Sequence
from pathlib import Path

import pytest

from assistant.cross_encoder import CrossEncoder
from assistant.domain import Basis, Citation, Claim, Dropped, Said
from assistant.guard import Guard
from assistant.matching import PassageReader, QuestionReader
from assistant.signposts import load_signposts
from assistant.speaking import Spoken
from assistant.supporting import SupportCheck
from assistant.trained import calibration
from knowledge.domain import BlockKind, Campaign, Evidence, Passage
from knowledge.embedding import LocalEmbeddings

SENTENCES = (
    "Members receive £310 for each day that they work.",
    "The Chair of the Authority is appointed by the Minister.",
    "Members may be reappointed once, if their work was satisfactory.",
)
PASSAGE = Passage("p1", "pack", "", ("The role",), " ".join(SENTENCES), BlockKind.PARAGRAPH, "", "", None, 0, 200, 0, 0)


@pytest.fixture(scope="module")
def check() -> SupportCheck:
    embeddings = LocalEmbeddings()
    return SupportCheck(
        QuestionReader(embeddings), PassageReader(embeddings), CrossEncoder(), line=calibration().support
    )


@pytest.mark.parametrize(
    ("quote", "supported", "altered"),
    [
        (0, "You would be paid £310 for a day's work.", "Interviews are held on day 310 of the year."),
        (1, "The Minister appoints the Chair.", "The Chair lives near the Minister."),
        (2, "You can be appointed a second time.", "Members are trained once a year."),
    ],
)
def test_what_a_quote_says_in_other_words_is_likelier_than_what_it_does_not_say(
    check: SupportCheck, quote: int, supported: str, altered: str
) -> None:
    cited = [Citation(1, PASSAGE, SENTENCES[quote])]

    assert check(supported, cited)
    assert check.log_odds(supported, cited) > check.log_odds(altered, cited)


def test_of_several_quotes_the_most_favourable_counts(check: SupportCheck) -> None:
    claim = "The Minister appoints the Chair."
    each = [Citation(number, PASSAGE, quote) for number, quote in enumerate(SENTENCES, start=1)]

    together = check.log_odds(claim, each)

    assert together == pytest.approx(max(check.log_odds(claim, [one]) for one in each), abs=1e-3)


def test_a_claim_that_its_quotes_hardly_say_falls_out_and_the_packs_own_words_never_do(tmp_path: Path) -> None:
    def never(_claim: str, _citations: Sequence[Citation]) -> bool:
        return False

    spoken = Spoken(
        [Evidence(PASSAGE, 1.0, 1.0, 1.0)],
        Campaign("c", "Members"),
        Guard(load_signposts(tmp_path)),
        mode="model",
        supports=never,
    )

    reworded = spoken.take(Claim("The Chair is appointed by the Minister.", (Basis(1, SENTENCES[1]),)))
    quoted = spoken.take(Claim(SENTENCES[1], (Basis(1, SENTENCES[1]),)))

    assert reworded is None
    assert [type(one) for one in spoken.dropped] == [Dropped]
    assert spoken.dropped[0].why == "its quotes hardly say so"
    assert isinstance(quoted, Said)

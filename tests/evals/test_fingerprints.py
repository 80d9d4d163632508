"""What a pack's fingerprint is of, which cases a change of the pack calls into question, and how they are confirmed."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.domain import Outcome
from evals.cases import CASES, CaseError, load_cases, pack_folder
from evals.domain import Case
from evals.fingerprints import KEPT, affected, confirm
from knowledge.fingerprint import fingerprint

CAMPAIGN, FILE = "child-safeguarding-panel", "recruitment-pack.md"
RIVERS, COASTAL = "heritage-rivers-board", "coastal-health-authority"
WITHOUT_THE_PACK = {Outcome.DECLINED, Outcome.SIGNPOSTED, Outcome.GREETED, Outcome.CLARIFY}
KINDS = ("answerable", "not_in_pack", "crisis", "greeting", "ambiguous")
SUPERVISING = "The Panel is responsible for supervising reviews they commission"


class Campaigns:
    """Copies of the packs and of some of their cases, confirmed, that a test may change."""

    def __init__(self, folder: Path, *campaigns: str) -> None:
        self.packs, self.cases = folder / "packs", folder / "cases"
        for campaign in campaigns:
            shutil.copytree(pack_folder(campaign), self.packs / campaign)
            (self.cases / campaign).mkdir(parents=True)
            for kind in KINDS:
                shutil.copy(CASES / campaign / f"{kind}.jsonl", self.cases / campaign)
        self.confirm(self.load())

    def load(self) -> list[Case]:
        return load_cases([self.cases])

    def confirm(self, cases: list[Case]) -> None:
        confirm(cases, self.cases, packs=self.pack)

    def affected(self) -> dict[str, str]:
        """Ids with reasons."""
        return {case.id: why for case, why in affected(self.load(), self.cases, packs=self.pack)}

    def pack(self, campaign: str) -> Path:
        return self.packs / campaign

    def change(self, old: str, new: str, *, file: str = FILE, campaign: str = CAMPAIGN) -> None:
        path = self.packs / campaign / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def add(self, text: str) -> None:
        path = self.packs / CAMPAIGN / FILE
        path.write_text(f"{path.read_text(encoding='utf-8')}\n\n## Terms\n\n{text}\n", encoding="utf-8")


@pytest.fixture
def panel(tmp_path: Path) -> Campaigns:
    return Campaigns(tmp_path, CAMPAIGN)


@pytest.mark.parametrize("campaign", [CAMPAIGN, RIVERS, COASTAL])
def test_a_fingerprint_is_of_what_the_pack_says_not_of_where_it_lies(tmp_path: Path, campaign: str) -> None:
    copy = shutil.copytree(pack_folder(campaign), tmp_path / "elsewhere")
    starters = re.compile(r"^starters = \[.*?^\]", re.DOTALL | re.MULTILINE)
    description = copy / "campaign.toml"
    description.write_text(starters.sub('starters = ["Is it paid?"]', description.read_text(encoding="utf-8")))
    (copy / "signposts.toml").unlink(missing_ok=True)
    for file in (path for path in copy.iterdir() if path.suffix in (".md", ".html")):
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))

    assert fingerprint(copy) == fingerprint(pack_folder(campaign))


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("amendment-1.md", "£15,200", "£15,201"),
        ("campaign.toml", "closes = 2026-12-18", "closes = 2026-12-19"),
        ("campaign.toml", "dated = 2026-11-20", "dated = 2026-10-20"),
        ("campaign.toml", "Juno Castellane", "June Castellane"),
    ],
    ids=["one figure", "the closing date", "which document is newer", "the contact"],
)
def test_another_pack_has_another_fingerprint(tmp_path: Path, file: str, old: str, new: str) -> None:
    copy = shutil.copytree(pack_folder(COASTAL), tmp_path / COASTAL)
    text = (copy / file).read_text(encoding="utf-8")
    assert old in text

    (copy / file).write_text(text.replace(old, new), encoding="utf-8")

    assert fingerprint(copy) != fingerprint(pack_folder(COASTAL))


def test_a_new_document_makes_another_pack(tmp_path: Path) -> None:
    copy = shutil.copytree(pack_folder(RIVERS), tmp_path / RIVERS)
    (copy / "note.md").write_text("# Note\n\nMembers are paid £7,000 a year.\n")

    assert fingerprint(copy) != fingerprint(pack_folder(RIVERS))


def test_confirmed_cases_are_not_affected_and_keep_one_pack(tmp_path: Path) -> None:
    campaigns = Campaigns(tmp_path, CAMPAIGN, RIVERS, COASTAL)

    assert campaigns.affected() == {}
    for campaign in (CAMPAIGN, RIVERS, COASTAL):
        kept = json.loads((campaigns.cases / campaign / KEPT).read_text())
        assert list(kept) == [fingerprint(campaigns.pack(campaign))]


def test_a_case_whose_quote_is_gone_is_affected(panel: Campaigns) -> None:
    panel.change("fortnightly Panel meetings", "weekly Panel meetings")

    assert panel.affected()["csp-answerable-001"].startswith("its quote is gone: “Drawing on your professional")


def test_a_case_is_affected_when_the_sentence_beside_its_quote_changes(panel: Campaigns) -> None:
    resting = [case.id for case in panel.load() if any(quote.startswith(SUPERVISING) for quote in case.rests_on)]
    panel.change("independent of Government and makes its own decisions", "and answers to Government")

    reasons = panel.affected()

    assert resting
    assert all(reasons[one].startswith(("the text around its quote", "its quote is gone")) for one in resting)


def test_a_case_is_affected_when_its_quote_moves_under_another_heading(panel: Campaigns) -> None:
    panel.change("## Key responsibilities", "## Former responsibilities")

    assert panel.affected()["csp-answerable-001"].startswith("the text around its quote has changed")


@pytest.mark.parametrize(
    ("sentence", "silence"),
    [
        ("Members receive £400 for each day that they work.", "csp-not-in-pack-001"),
        ("Applications must reach us by noon on 3 March 2027.", "csp-not-in-pack-002"),
        ("The Panel meets in Sanctuary Buildings, Westminster.", "csp-not-in-pack-003"),
    ],
    ids=["what does it pay", "when is the deadline", "where are meetings held"],
)
def test_a_silence_that_new_text_may_break_is_affected(panel: Campaigns, sentence: str, silence: str) -> None:
    panel.add(sentence)

    assert panel.affected()[silence] == f"new text may bear on it: “{sentence}”"


def test_a_fact_of_the_campaign_file_calls_on_the_cases_about_it(panel: Campaigns) -> None:
    panel.change(
        'name = "the Panel Secretariat"',
        'name = "the Panel Secretariat"\nurl = "https://panel.example"',
        file="campaign.toml",
    )
    panel.change("[contact]", "closes = 2027-03-03\n\n[contact]", file="campaign.toml")

    assert panel.affected()["csp-not-in-pack-002"] == "new text may bear on it: “Applications close 2027-03-03”"


def test_refusals_and_greetings_are_never_affected_and_most_cases_are_not_by_one_sentence(panel: Campaigns) -> None:
    cases = panel.load()
    panel.add("A laptop is lent to each member, who returns it when the appointment ends.")

    reasons = panel.affected()

    assert 0 < len(reasons) < len(cases) / 3
    assert [case.id for case in cases if case.outcomes <= WITHOUT_THE_PACK and case.id in reasons] == []


def test_confirming_some_keeps_the_others_in_question(panel: Campaigns) -> None:
    panel.add("Members receive £400 for each day that they work.")
    before = panel.affected()
    looked_at = [case for case in panel.load() if case.id == "csp-not-in-pack-001"]

    panel.confirm(looked_at)

    assert panel.affected() == {one: why for one, why in before.items() if one != "csp-not-in-pack-001"}


def test_what_was_not_affected_by_one_change_is_held_against_all_changes_since(panel: Campaigns) -> None:
    panel.add("Members receive £400 for each day that they work.")
    in_question = panel.affected()
    panel.confirm([case for case in panel.load() if case.id in in_question])
    assert panel.affected() == {}

    panel.change("fortnightly Panel meetings", "weekly Panel meetings")

    reasons = panel.affected()
    assert reasons["csp-answerable-001"].startswith("its quote is gone")
    assert [why for why in reasons.values() if "£400" in why] == []


def test_cases_whose_pack_is_not_kept_are_all_in_question(panel: Campaigns) -> None:
    panel.add("A laptop is lent to each member.")
    (panel.cases / CAMPAIGN / KEPT).unlink()

    reasons = panel.affected()

    assert set(reasons) == {case.id for case in panel.load() if not case.outcomes <= WITHOUT_THE_PACK}
    assert all(why.endswith("said is not kept") for why in reasons.values())


def test_what_is_kept_must_be_readable(panel: Campaigns) -> None:
    panel.add("A laptop is lent to each member.")
    (panel.cases / CAMPAIGN / KEPT).write_text('{"abc": 1}')

    with pytest.raises(CaseError, match=f"{KEPT} does not hold what packs said"):
        panel.affected()


LINES = st.lists(
    st.fixed_dictionaries(
        {
            "question": st.text() | st.just('"pack": "0123"') | st.just('}, "pack": "x"}'),
            "note": st.sampled_from(["", "pack", '\\"pack": "abc"', "{}"]),
        },
        optional={"pack": st.sampled_from(["", "0123456789abcdef"])},
    ),
    min_size=1,
    max_size=4,
)


@settings(deadline=None, max_examples=40)
@given(LINES, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_confirming_changes_nothing_of_a_file_but_the_fingerprint(
    tmp_path_factory: pytest.TempPathFactory, lines: list[dict[str, str]], end: str, ascii_only: bool
) -> None:
    folder = tmp_path_factory.mktemp("confirm")
    (folder / "pack").mkdir()
    (folder / "pack" / "pack.md").write_text("# Board\n\nThe Board meets in May.\n")
    file = folder / "cases" / "board" / "list.jsonl"
    file.parent.mkdir(parents=True)
    file.write_bytes(_written(lines, end=end, ascii_only=ascii_only))

    confirm(load_cases([file])[::2], folder / "cases", packs=_one_pack(folder))

    marked = {"pack": fingerprint(folder / "pack")}
    right = [{**line, **marked} if number % 2 == 0 else line for number, line in enumerate(lines)]
    assert file.read_bytes() == _written(right, end=end, ascii_only=ascii_only)


def _written(lines: list[dict[str, str]], *, end: str, ascii_only: bool) -> bytes:
    common = {"kind": "list", "outcomes": ["not_in_pack"], "author": "a", "date": "2026-11-23"}
    cases = [{"id": f"c{number}", **common, **line} for number, line in enumerate(lines)]
    return "".join(json.dumps(case, ensure_ascii=ascii_only) + end for case in cases).encode()


def _one_pack(folder: Path) -> Callable[[str], Path]:
    return lambda campaign: folder / "pack"


def _without_pack(text: str, today: str) -> str:
    """The text without its last key, where that is a fingerprint."""
    return re.sub(rf', "pack": "(?:{today}|0123456789abcdef|)"\}}(?=\r?\n|$)', "}", text)


def test_cases_are_confirmed_where_they_lie(panel: Campaigns, tmp_path: Path) -> None:
    with pytest.raises(CaseError, match=r"answerable.jsonl does not hold csp-answerable-001, .*confirm cases where"):
        confirm(load_cases([panel.cases / CAMPAIGN / "answerable.jsonl"]), tmp_path / "none", packs=panel.pack)

"""The checks, by the part that they look at, with how long what they find counts."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from assistant import RELEASED
from assistant.budget import Budget
from assistant.checks import Check, looks
from assistant.database import Database
from assistant.domain import Question
from assistant.secretariat.pack_folders import PackFolders
from assistant.served_pack import ServedPack
from assistant.settings import Settings
from assistant.signposts import Signposts
from knowledge.domain import Evidence, Passage

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_MINUTE: Final = 60.0
_CALL_EVERY: Final = 300.0
_SQLITE: Final = "sqlite:///"


def while_serving(
    settings: Settings,
    served_pack: ServedPack,
    database: Database,
    signposts: Signposts,
    *,
    model: "BaseChatModel | None",
    left_alone: Callable[[], bool],
    budget: Budget | None,
) -> tuple[Check, ...]:
    """What a running service looks at, beside that its index and its records answer."""
    call = [of_model(model, max_tokens=settings.answer_tokens, left_alone=left_alone)] if model else []
    spent = [Check("budget", partial(looks.budget_left, budget))] if budget else []
    of_records = (*of_database(database), of_packs(database, settings))
    return (*of_machine(settings), of_pack(served_pack), *of_records, *call, *spent, of_signposts(signposts))


def of_machine(settings: Settings) -> tuple[Check, ...]:
    places = [settings.data_dir]
    if settings.database.startswith(_SQLITE):
        places.append(Path(settings.database.removeprefix(_SQLITE)).parent)
    return (
        Check("settings", partial(looks.settings_agree, settings)),
        Check("disk", partial(looks.disk_free, places)),
    )


def of_signposts(signposts: Signposts) -> Check:
    return Check("signposts", partial(looks.signposts_reviewed, signposts, date.today))


def of_pack(served_pack: ServedPack) -> Check:
    def search(words: str) -> Sequence[Evidence]:
        with served_pack.lease() as opened:
            return opened.search(Question(words))

    def passages() -> Sequence[Passage]:
        with served_pack.lease() as opened:
            return opened.index.passages

    return Check("canary", partial(looks.canary_found, passages, search), lasts=_MINUTE)


def of_database(database: Database) -> tuple[Check, ...]:
    def now() -> datetime:
        return datetime.now(UTC)

    return (
        Check("writing", partial(looks.records_written, database), lasts=_MINUTE),
        Check("clock", partial(looks.clock_right, database, now, released=RELEASED), lasts=_MINUTE),
        Check("migrations", partial(looks.migrations_current, database), lasts=_MINUTE),
    )


def of_packs(database: Database, settings: Settings) -> Check:
    folders = PackFolders(settings.pack_dir, settings.data_dir)
    return Check("packs", partial(looks.packs_here, database, folders), lasts=_MINUTE)


def of_model(model: "BaseChatModel", *, max_tokens: int, left_alone: Callable[[], bool]) -> Check:
    """Each look is a call that costs a little, so the first is not at once and the others are far between."""
    call = partial(looks.model_answers, model, max_tokens=max_tokens, left_alone=left_alone)
    return Check("model", call, lasts=_CALL_EVERY, at_start=False)

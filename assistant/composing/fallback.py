"""Two composers in a row: whatever goes wrong with the first, the second answers."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing

from assistant.composing import Composer, ComposerError
from assistant.domain import DraftItem, Question, Restarted
from assistant.reading import Reading
from knowledge.domain import Evidence


class FallbackComposer:
    """Drafts with the first composer. When that fails: `Restarted`, which voids the claims so far, then the second's.

    A draft that holds a Restarted was made by the fallback; one without it in the mode that `mode` names.
    """

    def __init__(self, first: Composer, second: Composer) -> None:
        self._first = first
        self._second = second

    @property
    def mode(self) -> str:
        return self._first.mode

    async def compose(
        self, question: Question, reading: Reading, evidence: Sequence[Evidence]
    ) -> AsyncIterator[DraftItem]:
        try:
            async with aclosing(self._first.compose(question, reading, evidence)) as items:  # type: ignore[type-var]
                async for item in items:
                    yield item
        except ComposerError as error:
            yield Restarted(str(error))
        else:
            return
        async for item in self._second.compose(question, reading, evidence):
            yield item

"""What a pack does not speak of, by its fact sheet and by its words."""

from collections.abc import Callable, Sequence

from assistant.fact_sheet import FactSheet, has_words_for
from assistant.subjects import Subject


class Silence:
    """`texts` are the pack's `whole_texts`; `sheet` gives its fact sheet, once there is one."""

    def __init__(self, texts: Sequence[str], sheet: Callable[[], FactSheet | None] = lambda: None) -> None:
        self._texts = texts
        self._sheet = sheet
        self._worded: dict[str, bool] = {}

    def is_on(self, subject: Subject) -> bool:
        """Whether people may be told so: the sheet says it, or, before there is one, no passage has a word for it."""
        sheet = self._sheet()
        fact = sheet.of(subject.name) if sheet else None
        return not fact.stated if fact else not self._has_words(subject)

    def is_wordless(self, subjects: Sequence[Subject]) -> bool:
        """Whether no passage has a word for any of the subjects, of which there are some, nor the sheet states one."""
        return bool(subjects) and all(self.is_on(one) and not self._has_words(one) for one in subjects)

    def _has_words(self, subject: Subject) -> bool:
        # Looked for once a subject: a large pack has many passages.
        if subject.name not in self._worded:
            self._worded[subject.name] = has_words_for(subject, self._texts)
        return self._worded[subject.name]

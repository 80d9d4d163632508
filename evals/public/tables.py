"""Figures as tables to read: a measure a table, a set a row, the systems side by side."""

from collections.abc import Iterator, Sequence

from evals.public.figures import PublicFigure


def tables(figures: Sequence[PublicFigure]) -> str:
    """Markdown, in the order of the figures."""
    kinds = dict.fromkeys((figure.task, figure.measure) for figure in figures)
    return "\n\n".join(
        "\n".join(_table([one for one in figures if (one.task, one.measure) == kind], *kind)) for kind in kinds
    )


def _table(figures: Sequence[PublicFigure], task: str, measure: str) -> Iterator[str]:
    systems = dict.fromkeys(figure.system for figure in figures)
    yield f"{task}: {measure}"
    yield ""
    yield f"| set | examples | {' | '.join(systems)} |"
    yield f"| --- | ---: |{' --- |' * len(systems)}"
    for name in dict.fromkeys(figure.set for figure in figures):
        own = {figure.system: figure for figure in figures if figure.set == name}
        asked = next(iter(own.values())).examples
        yield f"| {name} | {asked} | {' | '.join(_cell(own[system]) for system in systems)} |"


def _cell(figure: PublicFigure) -> str:
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"

"""Where sentences begin and end: the unit of quoting."""

import sentencex


def sentences(text: str) -> list[tuple[int, int]]:
    """Character spans of the sentences of a text, in order, without the white space around them.

    A line break always ends a sentence: it stands between a label and its value, and between paragraphs.
    """
    spans = []
    begin = 0
    for line in text.splitlines(keepends=True):
        offset = begin
        for piece in sentencex.segment("en", line):
            start = text.index(piece, offset)
            offset = start + len(piece)
            if stripped := piece.strip():
                first = start + piece.index(stripped)
                spans.append((first, first + len(stripped)))
        begin += len(line)
    return spans

"""Floor 1: a question becomes an answer with citations, or a plain "the pack does not say"."""

__version__ = "0.1.0"

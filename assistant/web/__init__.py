"""The web service: the contract that other programs rely on, and the pages that people read."""

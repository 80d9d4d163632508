"""The commands of `python -m evals`, a module each: what a person types becomes a run, a report or a verdict."""

"""What a request is called in logs, numbers and traces: by names that we chose, never by what was sent."""

from typing import Final

from starlette.types import Scope

QUIET: Final = frozenset({"/healthz", "/readyz", "/metrics", "/static"})
"""Routes that are asked for all day long and tell nothing."""

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def method_of(scope: Scope) -> str:
    """Any word may be sent as a method."""
    return scope["method"] if scope["method"] in _METHODS else "_OTHER"


def route_of(scope: Scope) -> str:
    """The pattern that the path matched; empty when there was none."""
    return getattr(scope.get("route"), "path", "")

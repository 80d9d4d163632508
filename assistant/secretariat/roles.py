"""What people of the secretariat may do, and how a provider of identities says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


class Role(StrEnum):
    """Each has all rights of those before it. NONE is for somebody who may do nothing, or no longer."""

    NONE = "none"
    READER = "reader"
    REVIEWER = "reviewer"
    APPROVER = "approver"
    ADMINISTRATOR = "administrator"

    def covers(self, needed: "Role") -> bool:
        return _RANKS.index(self) >= _RANKS.index(needed)


_RANKS: Final = tuple(Role)


@dataclass(frozen=True, slots=True)
class RoleClaim:
    """Which claim about a person names their groups, and the role that each group gives."""

    claim: str
    roles: Mapping[str, Role]

    def told(self, claims: Mapping[str, Any]) -> bool:
        """Whether the claims name groups at all, if only none."""
        return self._groups(claims) is not None

    def role_of(self, claims: Mapping[str, Any]) -> Role:
        """The highest of the roles that the claims give."""
        groups = self._groups(claims)
        named = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
        given = [self.roles[group] for group in named if isinstance(group, str) and group in self.roles]
        return max(given, key=_RANKS.index, default=Role.NONE)

    def _groups(self, claims: Mapping[str, Any]) -> object:
        """A dot in the claim's name leads into an object, unless it is part of the name."""
        return claims.get(self.claim, _deeper(claims, self.claim.split(".")))


def read_role_claim(text: str) -> RoleClaim:
    """ "groups: Secretariat=reviewer, Secretariat leads=approver". ValueError when it says no such thing."""
    # Names of claims may be addresses, with a colon of their own.
    claim, _, pairs = text.partition(": " if ": " in text else ":")
    roles = {}
    for pair in pairs.split(","):
        group, _, role = pair.rpartition("=")
        roles[group.strip()] = Role(role.strip().lower())
    if not claim.strip() or not all(roles) or Role.NONE in roles.values():
        raise ValueError("no claim with groups and roles")
    return RoleClaim(claim.strip(), roles)


def _deeper(claims: object, steps: list[str]) -> object:
    for step in steps:
        claims = claims.get(step) if isinstance(claims, Mapping) else None
    return claims

"""Signing in through a provider of identities (OpenID Connect). The only module that knows Authlib."""

from collections.abc import Mapping
from typing import Any, Final

import httpx2
from authlib.integrations.starlette_client import OAuth, OAuthError
from fastapi import Request
from joserfc.errors import JoseError

from assistant.secretariat.people import Identity
from assistant.secretariat.roles import RoleClaim
from assistant.settings import Settings

_SECONDS: Final = 10
_SIGNED: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures with a key of the provider's own. Never "none", and none whose secret others share."""

_NAMES: Final = ("name", "preferred_username", "email", "sub")

_FAULTS: Final = (
    OAuthError,
    JoseError,
    httpx2.HTTPError,
    httpx2.InvalidURL,
    KeyError,
    TypeError,
    ValueError,
    RuntimeError,
)


class ProviderError(Exception):
    """The provider could not be asked, or what came back from it can't be trusted; the message holds nobody's words."""


class Provider:
    """Sends browsers to the provider and reads what they bring back. What must be kept meanwhile, the caller keeps."""

    def __init__(self, settings: Settings) -> None:
        secret = settings.oidc_client_secret
        self._issuer = settings.oidc_issuer
        self._client_id = settings.oidc_client_id
        self._roles = settings.oidc_roles or RoleClaim("", {})
        self._oidc = OAuth().register(
            "provider",
            client_id=settings.oidc_client_id,
            client_secret=secret.get_secret_value() if secret else None,
            server_metadata_url=f"{settings.oidc_issuer}/.well-known/openid-configuration",
            client_kwargs={"scope": settings.oidc_scopes, "code_challenge_method": "S256", "timeout": _SECONDS},
        )

    async def away(self, request: Request, *, returning_to: str) -> tuple[str, dict[str, Any]]:
        """The provider's address to send a browser to, and what to keep until it returns."""
        kept: dict[str, Any] = {}
        try:
            await self._described()
            response = await self._oidc.authorize_redirect(_holding(request, kept), returning_to)
        except _FAULTS as error:
            raise ProviderError(_said(error)) from error
        return response.headers["location"], kept

    async def identity(self, request: Request, kept: dict[str, Any]) -> Identity:
        """Who came back, checked against what was kept: state, nonce, PKCE, signature, issuer, audience, time."""
        try:
            described = await self._described()
            expected = {"iss": {"essential": True, "value": described["issuer"]}}
            expected["aud"] = {"essential": True, "value": self._client_id}
            token = await self._oidc.authorize_access_token(_holding(request, kept), claims_options=expected)
            return self._read(await self._claims(token))
        except _FAULTS as error:
            raise ProviderError(_said(error)) from error

    async def _described(self) -> dict[str, Any]:
        """The provider's description of itself, which must be of the issuer that was set."""
        described: dict[str, Any] = await self._oidc.load_server_metadata()
        if str(described["issuer"]).rstrip("/") != self._issuer:
            raise ProviderError("the provider describes another issuer than OIDC_ISSUER")
        offered = described.get("id_token_signing_alg_values_supported") or ()
        described["id_token_signing_alg_values_supported"] = [one for one in offered if one in _SIGNED] or ["RS256"]
        return described

    async def _claims(self, token: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the signed token says; some providers tell groups only when they are asked for them."""
        claims: Mapping[str, Any] = token["userinfo"]
        described = await self._described()
        if self._roles.told(claims) or "userinfo_endpoint" not in described:
            return claims
        more: Mapping[str, Any] = await self._oidc.userinfo(token=token)
        if more["sub"] != claims["sub"]:
            raise ProviderError("the provider told of somebody else")
        return {**more, **claims}

    def _read(self, claims: Mapping[str, Any]) -> Identity:
        name = next(str(claims[one]) for one in _NAMES if claims.get(one))
        return Identity(f"{self._issuer}|{claims['sub']}"[:500], name[:200], self._roles.role_of(claims))


def _holding(request: Request, kept: dict[str, Any]) -> Request:
    """Authlib keeps what it must in the session of a request. Ours is no cookie that can be read: it is this."""
    request.scope["session"] = kept
    return request


def _said(error: Exception) -> str:
    # Messages may hold what the provider or the browser sent.
    return f"{type(error).__name__} from the provider of identities"

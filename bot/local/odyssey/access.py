"""`POST /auth/token`, and the check of the bearer token on every other call."""

import hmac

from aiohttp import hdrs, web

from bot.local.odyssey.refusals import RequestRefusedError, read_json
from bot.local.odyssey.tokens import AccessTokens

KEY_LIMIT_CHARS = 512


class Access:
    """Lets in whoever holds the one API key."""

    def __init__(self, api_key: str, token_lifetime_s: float) -> None:
        self._api_key = api_key
        self._token_lifetime_s = token_lifetime_s
        self._tokens = AccessTokens(token_lifetime_s)

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Serve the exchange of a key for a token."""
        router.add_post("/auth/token", self._exchange)

    def require_bearer(self, request: web.Request) -> None:
        """Refuse with 401 a request without a valid bearer token."""
        scheme, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
        if scheme.lower() != "bearer" or not self._tokens.is_valid(token.strip()):
            raise RequestRefusedError(401, "Invalid or expired access token.")

    async def _exchange(self, request: web.Request) -> web.Response:
        api_key = (await read_json(request)).get("api_key")
        if not isinstance(api_key, str) or not _is_well_formed(api_key):
            raise RequestRefusedError(422, "The API key is malformed.")
        if not hmac.compare_digest(api_key.encode(), self._api_key.encode()):
            raise RequestRefusedError(401, "Invalid API key.")
        return web.json_response(
            {"access_token": self._tokens.issue(), "expires_in": int(self._token_lifetime_s)}
        )


def _is_well_formed(api_key: str) -> bool:
    return (
        0 < len(api_key) <= KEY_LIMIT_CHARS
        and api_key.isascii()
        and api_key.isprintable()
        and " " not in api_key
    )

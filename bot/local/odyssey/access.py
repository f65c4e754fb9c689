"""`POST /auth/token`, and the check of the bearer token on every other call."""

import hmac
from collections.abc import Sequence

from aiohttp import hdrs, web

from bot.local.odyssey.refusals import RequestRefusedError, read_json
from bot.local.odyssey.settings import FIRST_ACCOUNT
from bot.local.odyssey.tokens import AccessTokens

KEY_LIMIT_CHARS = 512


class Access:
    """Lets in whoever holds an API key. Each is of an account of its own, named by its place."""

    def __init__(self, api_key: str, other_keys: Sequence[str], token_lifetime_s: float) -> None:
        others = {f"other-{place}": key for place, key in enumerate(other_keys, start=1)}
        self._keys = {FIRST_ACCOUNT: api_key} | others
        self._token_lifetime_s = token_lifetime_s
        self._tokens = AccessTokens(token_lifetime_s)

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Serve the exchange of a key for a token."""
        router.add_post("/auth/token", self._exchange)

    def revoke(self, api_key: str) -> None:
        """A key, and every token that was given for it, is good for nothing from now on."""
        for account in [account for account, key in self._keys.items() if key == api_key]:
            del self._keys[account]
            self._tokens.revoke(account)

    def require_bearer(self, request: web.Request) -> str:
        """The account of a request's bearer token. Refuses with 401 one without a valid token."""
        scheme, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
        account = self._tokens.account_of(token.strip()) if scheme.lower() == "bearer" else None
        if account is None:
            raise RequestRefusedError(401, "Invalid or expired access token.")
        return account

    async def _exchange(self, request: web.Request) -> web.Response:
        api_key = (await read_json(request)).get("api_key")
        if not isinstance(api_key, str) or not _is_well_formed(api_key):
            raise RequestRefusedError(422, "The API key is malformed.")
        given = api_key.encode()
        is_of = (name for name, key in self._keys.items() if hmac.compare_digest(given, key.encode()))
        account = next(is_of, None)
        if account is None:
            raise RequestRefusedError(401, "Invalid API key.")
        return web.json_response(
            {"access_token": self._tokens.issue(account), "expires_in": int(self._token_lifetime_s)}
        )


def _is_well_formed(api_key: str) -> bool:
    return (
        0 < len(api_key) <= KEY_LIMIT_CHARS
        and api_key.isascii()
        and api_key.isprintable()
        and " " not in api_key
    )

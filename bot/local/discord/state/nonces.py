"""Posts that are not made twice: Discord's `nonce` with `enforce_nonce`, which simcord passes over.

https://discord.com/developers/docs/resources/message#create-message: such a nonce, of 25 characters at most,
"will be checked for uniqueness in the past few minutes"; a message by the same author with the same one is
returned, and none is made. discord.py's documentation adds that the repeat of a message deleted since is
refused.
"""

import re
import time
from collections.abc import Callable
from typing import Any

from bot.local.discord.state.values import ApiError, Json

NONCE_LIMIT = 25
"""Characters."""
KEPT_FOR_S = 180.0
"""Discord says "a few minutes"."""

_POST = re.compile(r"/channels/(\d+)/messages")


class Nonces:
    """The nonces of the application's latest posts. `find` gives a message by its channel and its ID."""

    def __init__(self, find: Callable[[int, int], Json | None]) -> None:
        self._find = find
        self._posted: dict[str, tuple[int, int, float]] = {}
        """By nonce: channel and message ID, and when it is forgotten."""

    def forget(self) -> None:
        """As if the few minutes were over."""
        self._posted.clear()

    def answer(self, method: str, path: str, body: Any, make: Callable[[], Any]) -> Any:
        """What `make` answers to the call, unless it repeats a post that was made. Raises `ApiError`."""
        if not (method == "POST" and _POST.fullmatch(path) and isinstance(body, dict) and body.get("nonce")):
            return make()
        nonce = str(body["nonce"])
        if len(nonce) > NONCE_LIMIT:
            message = f"Invalid Form Body: nonce: Must be {NONCE_LIMIT} or fewer in length."
            raise ApiError(400, {"code": 50035, "message": message})
        if not body.get("enforce_nonce"):
            return make() | {"nonce": nonce}
        now = time.monotonic()
        self._posted = {known: post for known, post in self._posted.items() if post[2] > now}
        if earlier := self._posted.get(nonce):
            found = self._find(*earlier[:2])
            if found is None:
                raise ApiError(404, {"code": 10008, "message": "Unknown Message"})
            return found | {"nonce": nonce}
        made = make()
        self._posted[nonce] = int(made["channel_id"]), int(made["id"]), now + KEPT_FOR_S
        return made | {"nonce": nonce}

"""Gateway events as one connection receives them: gated and censored by its intents."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from simcord import intents as simcord_intents
from simcord.backend import Backend, serializers
from simcord.backend.models import Guild

from bot.local.discord.intents import Intents
from bot.local.discord.state.values import Json

_WITH_CONTENT = frozenset({"MESSAGE_CREATE", "MESSAGE_UPDATE", "INTERACTION_CREATE"})
_MEMBERS_PER_CHUNK = 1_000
_OF_GUILDS = frozenset({"GUILD_CREATE", "GUILD_UPDATE", "GUILD_DELETE"})

TOLD_TO_ALL = frozenset({"USER_UPDATE"})
"""Of the application itself: every shard hears of it."""


def guild_of(event: str, payload: Mapping[str, Any]) -> int | None:
    """The guild in which something happens; None for what happens in none, as direct messages."""
    guild_id = payload.get("id" if event in _OF_GUILDS else "guild_id")
    return None if guild_id is None else int(guild_id)


def as_received(
    backend: Backend, event: str, payload: Mapping[str, Any], intents: Intents
) -> Mapping[str, Any] | None:
    """`payload` as a connection with these intents receives it, or None when it does not."""
    needed = simcord_intents.required_intent(event, payload)
    if event == "GUILD_MEMBER_UPDATE" and payload["user"]["id"] == str(backend.bot_user.id):
        needed = None  # an application always hears of itself
    if needed is not None and needed not in intents:
        return None
    if event == "GUILD_CREATE" and "presences" not in intents:
        own = str(backend.bot_user.id)
        return {**payload, "members": [m for m in payload["members"] if m["user"]["id"] == own]}
    if "message_content" in intents or event not in _WITH_CONTENT:
        return payload
    censored: Json = json.loads(json.dumps(payload))
    _censor(backend, event, censored)
    return censored


def member_chunks(backend: Backend, guild: Guild, request: Mapping[str, Any]) -> Iterator[Json]:
    """GUILD_MEMBERS_CHUNK payloads for a REQUEST_GUILD_MEMBERS (gateway opcode 8)."""
    wanted = request.get("user_ids") or []
    wanted_ids = {str(item) for item in (wanted if isinstance(wanted, list) else [wanted])}
    prefix = str(request.get("query") or "").lower()
    members = [
        dict(serializers.member_payload(backend, guild, member))
        for user_id, member in guild.members.items()
        if (str(user_id) in wanted_ids if wanted_ids else backend.users[user_id].name.startswith(prefix))
    ]
    members = members[: int(request.get("limit") or 0) or None]
    pieces = [members[i : i + _MEMBERS_PER_CHUNK] for i in range(0, len(members), _MEMBERS_PER_CHUNK)]
    for index, piece in enumerate(pieces or [[]]):
        chunk = {
            "guild_id": str(guild.id),
            "members": piece,
            "chunk_index": index,
            "chunk_count": max(1, len(pieces)),
        }
        yield chunk | ({"nonce": request["nonce"]} if request.get("nonce") else {})


def _censor(backend: Backend, event: str, payload: Json) -> None:
    """Blanks message content that an application without the intent may not read, in place."""
    own = backend.bot_user.id
    if event != "INTERACTION_CREATE":
        simcord_intents.censor_message(payload, own, backend=backend)
        return
    if isinstance(payload.get("message"), dict):
        simcord_intents.censor_message(payload["message"], own, backend=backend, exempt_root=True)
    resolved = (payload["data"].get("resolved") or {}).get("messages") or {}
    for message in resolved.values():  # the target of a message command may always be read
        simcord_intents.censor_message(message, own, backend=backend, exempt_root=True)

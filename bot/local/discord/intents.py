"""Gateway intents: which events a connection asked for when it identified.

Bits: Discord's gateway documentation, "List of intents". The names are those of discord.py's flags, which
simcord's tables use.
"""

from dataclasses import dataclass

_BITS = {
    "guilds": 0,
    "members": 1,
    "moderation": 2,
    "emojis_and_stickers": 3,
    "integrations": 4,
    "webhooks": 5,
    "invites": 6,
    "voice_states": 7,
    "presences": 8,
    "guild_messages": 9,
    "guild_reactions": 10,
    "guild_typing": 11,
    "dm_messages": 12,
    "dm_reactions": 13,
    "dm_typing": 14,
    "message_content": 15,
    "guild_scheduled_events": 16,
    "auto_moderation_configuration": 20,
    "auto_moderation_execution": 21,
    "guild_polls": 24,
    "dm_polls": 25,
}
_ALL = sum(1 << bit for bit in _BITS.values())


@dataclass(frozen=True, slots=True)
class Intents:
    """The number that a client sends as `intents` in IDENTIFY; `"members" in intents` asks for one name."""

    value: int

    def __contains__(self, name: str) -> bool:
        return bool(self.value >> _BITS[name] & 1)

    @property
    def valid(self) -> bool:
        """Whether Discord knows every bit (else it closes with 4013)."""
        return self.value >= 0 and not self.value & ~_ALL

"""The state of the local Discord: guild, users, messages, interactions.

simcord supplies Discord's REST semantics, permissions and interaction life cycle in memory. Its backend is
outside its semantic versioning, so this package is the only place that touches it, and
`tests/local/discord/test_simcord_canary.py` fails loudly when it changes.
"""

from bot.local.discord.state.facade import World
from bot.local.discord.state.memory import Memory, UnreadableError
from bot.local.discord.state.values import Answered, ApiError, Json, Upload, UserInfo

__all__ = ["Answered", "ApiError", "Json", "Memory", "UnreadableError", "Upload", "UserInfo", "World"]

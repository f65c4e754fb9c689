"""The tables as the code sees them. What made them so is in `migrations/`; a test holds the two together."""

from bot.storage.schema.accounts import accounts
from bot.storage.schema.broadcasts import broadcasts, last_moments, recordings, streams, suggestions
from bot.storage.schema.clips import clip_askers, clips, film_parts, uncredited
from bot.storage.schema.columns import AnyString, AnyText, UtcDateTime, known, metadata, storable
from bot.storage.schema.files import kept_files
from bot.storage.schema.floors import motion_votes, motions, opening_pictures, votes
from bot.storage.schema.guilds import actions, first_questions, guild_settings, mutes
from bot.storage.schema.people import people
from bot.storage.schema.processes import changes, contract, identifies, leases, members, of_processes
from bot.storage.schema.search import guild_numbers
from bot.storage.schema.servers import left_servers
from bot.storage.schema.shows import shows
from bot.storage.schema.slots import slot_claims, slot_pools
from bot.storage.schema.telling import outbox, posts, recording_links, watch_links

__all__ = [
    "AnyString",
    "AnyText",
    "UtcDateTime",
    "accounts",
    "actions",
    "broadcasts",
    "changes",
    "clip_askers",
    "clips",
    "contract",
    "film_parts",
    "first_questions",
    "guild_numbers",
    "guild_settings",
    "identifies",
    "kept_files",
    "known",
    "last_moments",
    "leases",
    "left_servers",
    "members",
    "metadata",
    "motion_votes",
    "motions",
    "mutes",
    "of_processes",
    "opening_pictures",
    "outbox",
    "people",
    "posts",
    "recording_links",
    "recordings",
    "shows",
    "slot_claims",
    "slot_pools",
    "storable",
    "streams",
    "suggestions",
    "uncredited",
    "votes",
    "watch_links",
]

"""What a server's moderators can set: each with its default, its range and an explanation."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.intake.prompts import PROMPT_LIMIT
from bot.guilds.settings.groups import Group, setting
from bot.guilds.settings.values import Beginnings, Patterns, Prefix, Roles, SafePrompt, Words


class GuildSettingFields(BaseModel):
    """Durations in seconds; roles by their ID."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    mode: Mode = setting(
        Mode.QUEUE,
        Group.DECIDING,
        "How it is decided what happens next",
        "queue: by turns; vote: by a ballot; draw: by lot; host: moderators approve",
    )
    vote_window_s: float = setting(
        20,
        Group.DECIDING,
        "Seconds that a ballot is open",
        "For voting on the next suggestion",
        ge=5,
        le=120,
    )
    ballot_share: int = setting(
        1,
        Group.DECIDING,
        "Suggestions of one person on a ballot",
        "Of the five at most; further ones of theirs wait for a place",
        ge=1,
        le=5,
    )
    line_limit: int = setting(
        200,
        Group.DECIDING,
        "Suggestions that may wait at once",
        "Of everybody together; further ones are refused until there is room",
        ge=1,
        le=1000,
    )
    line_limit_per_viewer: int = setting(
        3,
        Group.DECIDING,
        "Suggestions of one person that may wait",
        "Further ones of theirs are refused until one has had its turn",
        ge=1,
        le=50,
    )
    blocked_words: Words = setting(
        (),
        Group.SPEECH,
        "Blocked words and phrases",
        "Refused however they are spelt; word* blocks what begins so; with commas, or one a line",
    )
    blocked_patterns: Patterns = setting(
        (),
        Group.SPEECH,
        "Blocked patterns",
        "Regular expressions (RE2) that are refused; with ; between, or one a line",
    )
    allows_links: bool = setting(
        False, Group.SPEECH, "Links are allowed", "Whether suggestions may have links"
    )
    allows_invites: bool = setting(
        False, Group.SPEECH, "Invites are allowed", "Whether suggestions may have invites to Discord servers"
    )
    allows_mentions: bool = setting(
        False, Group.SPEECH, "Mentions are allowed", "Whether suggestions may mention people or roles"
    )
    gap_s: float = setting(
        3,
        Group.PACE,
        "Seconds between two changes of the world",
        "So much time each suggestion has in the picture, at least",
        ge=0,
        le=60,
    )
    cooldown_s: float = setting(
        0,
        Group.PACE,
        "Seconds between two suggestions of a person",
        "Until then, further ones of theirs are refused; 0: no wait",
        ge=0,
        le=600,
    )
    slow_mode_s: float = setting(
        0,
        Group.PACE,
        "Seconds between two suggestions of anybody",
        "Slow mode for everybody together; 0: no wait",
        ge=0,
        le=60,
    )
    repeat_window_s: float = setting(
        60,
        Group.PACE,
        "Seconds until the same may be said again",
        "Until then, who repeats what somebody suggested is refused; 0: no wait",
        ge=0,
        le=900,
    )
    lifetime_s: float = setting(
        120,
        Group.PACE,
        "Seconds after which a suggestion is stale",
        "What has waited for longer is dropped, and its author told",
        ge=10,
        le=900,
    )
    moderator_roles: Roles = setting(
        (), Group.PEOPLE, "Who moderates", "Roles that do, besides everybody who may manage messages"
    )
    starter_roles: Roles = setting(
        (), Group.PEOPLE, "Who may start broadcasts", "Roles that may, besides moderators; none: everyone"
    )
    bypass_roles: Roles = setting(
        (),
        Group.PEOPLE,
        "Whom no filter holds",
        "Roles without filter, cooldown and slow mode, as moderators",
    )
    viewers_may_call_votes: bool = setting(
        False,
        Group.PEOPLE,
        "Viewers may vote on the mode",
        "Whether they may call votes, by /odyssey callvote",
    )
    prompt_limit: int = setting(
        500, Group.LIMITS, "Characters in a suggestion", "At most", ge=20, le=PROMPT_LIMIT
    )
    broadcasts_at_once: int = setting(
        5, Group.LIMITS, "Broadcasts at once", "In all channels of this server together, at most", ge=1, le=50
    )
    broadcast_limit_s: float = setting(
        0,
        Group.LIMITS,
        "Seconds of a broadcast",
        "At most; 0: as long as the service lets it",
        ge=0,
        le=86_400,
    )
    minutes_per_day: int = setting(
        0,
        Group.LIMITS,
        "Minutes of broadcast a day",
        "All broadcasts of a day (UTC) together, at most; 0: any number",
        ge=0,
        le=1440,
    )
    prefix: Prefix = setting(
        "",
        Group.PANEL,
        "What a suggestion in chat starts with",
        "Empty: the bot's own; none: only mentions, replies, buttons and commands suggest",
    )
    other_prefixes: Beginnings = setting(
        (),
        Group.PANEL,
        "What is said to other bots",
        "What starts with one of these is no suggestion, such as !play !! ? /",
    )
    panel_follows_after: int = setting(
        10,
        Group.PANEL,
        "Messages until the panel comes down again",
        "When so many stand below it (long ones and pictures count more), once a minute; 0: never",
        ge=0,
        le=100,
    )
    safe_prompt: SafePrompt = setting(
        "A calm, empty meadow under a clear sky",
        Group.PANEL,
        "What Panic shows",
        "The prompt that the panic button sends into the world",
    )

    @field_validator("*", mode="before")
    @classmethod
    def _as_people_write_it(cls, value: Any, info: ValidationInfo) -> Any:
        kind = cls.model_fields[info.field_name or ""].annotation
        if isinstance(value, bool) and kind in (int, float):
            raise ValueError("is no number")
        if not isinstance(value, str):
            return value
        return value.strip().casefold() if kind in (bool, Mode) else value.strip()

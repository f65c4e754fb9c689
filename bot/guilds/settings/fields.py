"""What a server's moderators can set: each with its default and its range."""

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.intake.prompts import PROMPT_LIMIT
from bot.broadcast.limits.budget import MINUTES_LIMIT
from bot.broadcast.rights import Pictures
from bot.guilds.settings.groups import Group, setting
from bot.guilds.settings.values import Beginnings, Patterns, Prefix, Roles, SafePrompt, Words


class GuildSettingFields(BaseModel):
    """Durations in seconds; roles by their ID."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    mode: Mode = setting(Mode.QUEUE, Group.DECIDING)
    vote_window_s: float = setting(20, Group.DECIDING, ge=5, le=120)
    ballot_share: int = setting(1, Group.DECIDING, ge=1, le=5)
    line_limit: int = setting(200, Group.DECIDING, ge=1, le=1000)
    line_limit_per_viewer: int = setting(3, Group.DECIDING, ge=1, le=50)
    blocked_words: Words = setting((), Group.SPEECH)
    blocked_patterns: Patterns = setting((), Group.SPEECH)
    allows_links: bool = setting(False, Group.SPEECH)
    allows_invites: bool = setting(False, Group.SPEECH)
    allows_mentions: bool = setting(False, Group.SPEECH)
    gap_s: float = setting(3, Group.PACE, ge=0, le=60)
    cooldown_s: float = setting(0, Group.PACE, ge=0, le=600)
    slow_mode_s: float = setting(0, Group.PACE, ge=0, le=60)
    repeat_window_s: float = setting(60, Group.PACE, ge=0, le=900)
    lifetime_s: float = setting(120, Group.PACE, ge=10, le=900)
    moderator_roles: Roles = setting((), Group.PEOPLE)
    starter_roles: Roles = setting((), Group.PEOPLE)
    bypass_roles: Roles = setting((), Group.PEOPLE)
    viewers_may_call_votes: bool = setting(False, Group.PEOPLE)
    pictures: Pictures = setting(Pictures.HOSTS, Group.PEOPLE)
    prompt_limit: int = setting(500, Group.LIMITS, ge=20, le=PROMPT_LIMIT)
    broadcasts_at_once: int = setting(5, Group.LIMITS, ge=1, le=50)
    minutes: int = setting(10, Group.LIMITS, ge=1, le=MINUTES_LIMIT)
    minutes_limit: int = setting(60, Group.LIMITS, ge=1, le=MINUTES_LIMIT)
    minutes_per_day: int = setting(0, Group.LIMITS, ge=0, le=1440)
    prefix: Prefix = setting("", Group.PANEL)
    other_prefixes: Beginnings = setting((), Group.PANEL)
    panel_follows_after: int = setting(10, Group.PANEL, ge=0, le=100)
    safe_prompt: SafePrompt = setting("A calm, empty meadow under a clear sky", Group.PANEL)

    @field_validator("*", mode="before")
    @classmethod
    def _as_people_write_it(cls, value: Any, info: ValidationInfo) -> Any:
        kind = cls.model_fields[info.field_name or ""].annotation
        if isinstance(value, bool) and kind in (int, float):
            raise ValueError  # what it has to be is told
        if not isinstance(value, str):
            return value
        return value.strip().casefold() if kind in (bool, Mode, Pictures) else value.strip()

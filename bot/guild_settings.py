"""A server's own rules: what its moderators can set, with defaults, ranges and an explanation of each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from bot.broadcast.arbitration.arbiter import ArbitrationSettings
from bot.broadcast.arbitration.line import LineLimits
from bot.broadcast.arbitration.policy import Mode, PolicySettings
from bot.broadcast.budget import Budget
from bot.broadcast.intake import IntakeRules
from bot.broadcast.prompts import PROMPT_LIMIT
from bot.guild_setting_complaints import complaint, wrong_setting
from bot.guild_setting_values import Patterns, Roles, SafePrompt, Words
from bot.guild_settings_text import read_settings_text

FROM_NEXT_BROADCAST = frozenset({"mode", "broadcasts_at_once"})
"""Settings that are looked at when a broadcast starts. All others hold at once, also while one runs."""
TEXT_RULES = frozenset(
    {"prompt_limit", "blocked_words", "blocked_patterns", "allows_links", "allows_invites", "allows_mentions"}
)
"""What the text filter is made of."""


class GuildSettings(BaseModel):
    """One server's settings. Durations in seconds; roles by their ID."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    mode: Mode = Field(
        Mode.QUEUE, description="How it is decided what happens next: queue, vote, draw or host"
    )
    viewers_may_call_votes: bool = Field(False, description="Whether viewers may put the mode to a vote")
    vote_window_s: float = Field(20, ge=5, le=120, description="Seconds that a ballot is open")
    gap_s: float = Field(3, ge=0, le=60, description="Seconds between two interactions at least")
    line_limit: int = Field(200, ge=1, le=1000, description="Suggestions that may wait at once")
    line_limit_per_viewer: int = Field(3, ge=1, le=50, description="Of these, suggestions of one person")
    lifetime_s: float = Field(120, ge=10, le=900, description="Seconds after which a suggestion is stale")
    prompt_limit: int = Field(500, ge=20, le=PROMPT_LIMIT, description="Characters in a suggestion at most")
    blocked_words: Words = Field((), description="Words and phrases that are refused, however spelt")
    blocked_patterns: Patterns = Field((), description="Regular expressions that are refused, with ; between")
    allows_links: bool = Field(False, description="Whether suggestions may have links")
    allows_invites: bool = Field(False, description="Whether suggestions may have Discord invites")
    allows_mentions: bool = Field(False, description="Whether suggestions may mention people or roles")
    repeat_window_s: float = Field(60, ge=0, le=900, description="Seconds until the same may be said again")
    cooldown_s: float = Field(0, ge=0, le=600, description="Seconds between two suggestions of one person")
    slow_mode_s: float = Field(0, ge=0, le=60, description="Seconds between two suggestions of anybody")
    moderator_roles: Roles = Field((), description="Roles that moderate, besides who may manage messages")
    starter_roles: Roles = Field((), description="Roles that may start broadcasts; none: everyone")
    bypass_roles: Roles = Field((), description="Roles that no filter, cooldown or slow mode applies to")
    broadcasts_at_once: int = Field(5, ge=1, le=50, description="Broadcasts that may run at once here")
    broadcast_limit_s: float = Field(0, ge=0, le=86_400, description="Longest broadcast; 0: the service's")
    minutes_per_day: int = Field(0, ge=0, le=1440, description="Minutes of broadcast a day (UTC); 0: any")
    safe_prompt: SafePrompt = Field(
        "A calm, empty meadow under a clear sky", description="What the panic button sends into the world"
    )

    @property
    def arbitration(self) -> ArbitrationSettings:
        """What these settings say of deciding."""
        return ArbitrationSettings(
            mode=self.mode,
            gap=timedelta(seconds=self.gap_s),
            limits=LineLimits(
                total=self.line_limit,
                per_viewer=self.line_limit_per_viewer,
                lifetime=timedelta(seconds=self.lifetime_s),
            ),
            policy=PolicySettings(vote_window=timedelta(seconds=self.vote_window_s)),
        )

    @property
    def budget(self) -> Budget:
        """What these settings say of the server's share."""
        longest = timedelta(seconds=self.broadcast_limit_s) if self.broadcast_limit_s else None
        per_day = timedelta(minutes=self.minutes_per_day) if self.minutes_per_day else None
        return Budget(at_once=self.broadcasts_at_once, longest=longest, per_day=per_day)

    @property
    def intake(self) -> IntakeRules:
        """What these settings say of taking suggestions."""
        return IntakeRules(
            prompt_limit=self.prompt_limit,
            repeat_window=timedelta(seconds=self.repeat_window_s),
            cooldown=timedelta(seconds=self.cooldown_s),
            slow_mode=timedelta(seconds=self.slow_mode_s),
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

    def changed(self, name: str, text: str) -> GuildSettings:
        """The settings with one of them as a moderator typed it. Raises WRONG_SETTING."""
        name = setting_name(name)
        if not name:
            raise wrong_setting("name", "say which setting")
        if name not in GuildSettings.model_fields:
            raise wrong_setting(name, "there is no such setting")
        return _validated(self.model_dump(mode="json") | {name: text})

    def differences(self, other: GuildSettings) -> list[str]:
        """The names of the settings that are others there."""
        return [name for name in GuildSettings.model_fields if getattr(self, name) != getattr(other, name)]

    @classmethod
    def from_json(cls, text: str | bytes) -> GuildSettings:
        """Settings from a JSON object; what it leaves out has its default. Raises WRONG_SETTING."""
        try:
            values = read_settings_text(text)
        except ValueError as error:
            raise wrong_setting("file", str(error)) from None
        return _validated(values)


def setting_name(typed: str) -> str:
    """A setting's name as a moderator types it, or takes it from the list with its description."""
    return typed.partition(":")[0].strip().casefold().replace("-", "_").replace(" ", "_")


def _validated(values: dict[str, Any]) -> GuildSettings:
    try:
        return GuildSettings.model_validate(values)
    except ValidationError as error:
        raise complaint(GuildSettings, error) from None

"""A server's rules in tests: those of one that has set nothing, but for what a test says."""

from dataclasses import replace
from typing import Any

from bot.broadcast.arbitration.arbiter import ArbitrationSettings
from bot.broadcast.arbitration.line import LineLimits
from bot.broadcast.arbitration.policy import PolicySettings
from bot.broadcast.intake.intake import IntakeRules
from bot.broadcast.limits.budget import Budget
from bot.guilds.settings.guild_settings import GuildSettings
from bot.moderation import TextRules

UNSET = GuildSettings()


def arbitration_settings(**said: Any) -> ArbitrationSettings:
    return replace(UNSET.arbitration, **said)


def line_limits(**said: Any) -> LineLimits:
    return replace(UNSET.arbitration.limits, **said)


def policy_settings(**said: Any) -> PolicySettings:
    return replace(UNSET.arbitration.policy, **said)


def intake_rules(**said: Any) -> IntakeRules:
    return replace(UNSET.intake, **said)


def budget(**said: Any) -> Budget:
    return replace(UNSET.budget, **said)


def text_rules(**said: Any) -> TextRules:
    return replace(UNSET.text, **said)

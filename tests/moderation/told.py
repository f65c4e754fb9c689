"""What a moderator reads of a rule that cannot be used."""

from bot.guilds.settings.problems import UnfitRule
from bot.moderation import InvalidRuleError
from cogs.wording.problems import problem


def told(error: InvalidRuleError) -> str:
    """The end of the sentence."""
    return problem(UnfitRule(error.fault, error.where))

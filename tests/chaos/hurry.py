"""In the bot's process: waits that only make an evening longer are short."""

from dataclasses import replace
from datetime import timedelta

import bot.broadcast.recordings.reconciling
import bot.discord.bot
import cogs.kit.private_answers
import cogs.panel.upkeep
import cogs.steering.suggesting
from bot.guilds.settings.guild_settings import GuildSettings
from bot.odyssey.base.types import Timeouts

VOTE_WINDOW = timedelta(seconds=1.2)
SHARE, LEAST_S = 0.2, 3.0
"""Of the client's waits, and what is left of each: so a fault that is a silence is over within seconds."""


def hurry_up(*, is_short: bool) -> None:
    """`is_short`: the client waits for less, too."""
    bot.discord.bot.GUILDS_COME_WITHIN_S = 0.02
    bot.broadcast.recordings.reconciling.FIRST_PAUSE_S = 1.0
    cogs.panel.upkeep.EDIT_GAP_S = 0.15
    cogs.kit.private_answers.EDIT_GAP_S = 0.1
    cogs.steering.suggesting.FOLLOW_GAP_S = 0.1
    if is_short:
        waits = Timeouts.__init__.__defaults__ or ()
        Timeouts.__init__.__defaults__ = tuple(max(LEAST_S, each * SHARE) for each in waits)
    arbitration_of = GuildSettings.arbitration.__get__

    def with_short_votes(settings: GuildSettings) -> object:
        arbitration = arbitration_of(settings)
        return replace(arbitration, policy=replace(arbitration.policy, vote_window=VOTE_WINDOW))

    GuildSettings.arbitration = property(with_short_votes)  # type: ignore[assignment, method-assign]

"""The bot's own messages are found again in a channel, a busy one too."""

from datetime import UTC, datetime, timedelta

import pytest
from discord import SelectOption
from discord.ui import ActionRow, Button, LayoutView, Select

from bot.broadcast.model import Broadcast, Channel, Viewer
from bot.discord.bot import OdysseyBot
from cogs.kit.own_messages import nonce_of, own_messages, panels_in
from tests.cogs.test_panel_runs import bots
from tests.e2e.conftest import CHANNEL, House, house

__all__ = ["bots", "house"]  # the fixtures


def test_a_nonce_is_as_long_as_discord_takes_and_each_ones_own() -> None:
    """The same for the same; another for anything else, however its parts are cut."""
    assert nonce_of("recording", "s1") == nonce_of("recording", "s1")
    assert len(nonce_of("recording", "s" * 128)) == 25
    assert len({nonce_of("a", "bc"), nonce_of("ab", "c"), nonce_of("abc"), nonce_of("a", "bc", None)}) == 4


@pytest.mark.parametrize("looked_at", [2, 3, 500])
async def test_the_first_and_the_last_messages_are_looked_at(
    house: House, bots: list[OdysseyBot], monkeypatch: pytest.MonkeyPatch, looked_at: int
) -> None:
    """Each of the bot's once, in a channel where people talk."""
    monkeypatch.setattr("cogs.kit.own_messages.LOOKED_AT", looked_at)
    async with house.bot():
        channel = bots[0].get_partial_messageable(house.discord.channel(CHANNEL))
        await house.discord.user("robin").send(CHANNEL, "before")
        sent = [await channel.send(f"message {number}") for number in range(7)]
        found = [m.content async for m in own_messages(channel, bots[0].user, since=sent[0].created_at)]
    # The first of those that are looked at is Robin's.
    expected = [*range(7)] if looked_at == 500 else [*range(looked_at - 1), *range(7 - looked_at, 7)]
    assert sorted(found) == sorted({f"message {number}" for number in expected})


async def test_a_post_of_recordings_is_no_panel(house: House, bots: list[OdysseyBot]) -> None:
    """Its menus carry the broadcast's ID, too: it stays what it is when a panel is looked for."""
    where = Channel(house.discord.world.guild_id, house.discord.channel(CHANNEL))
    began_at = datetime.now(UTC) - timedelta(seconds=1)
    broadcast = Broadcast("b1", where, Viewer(1, "Mika"), "A cat", portrait=False, requested_at=began_at)
    panel, recordings = LayoutView(timeout=None), LayoutView(timeout=None)
    panel.add_item(ActionRow(Button(label="Suggest", custom_id="odyssey:suggest:b1")))
    streams = [SelectOption(label="1"), SelectOption(label="2")]
    recordings.add_item(ActionRow(Select(custom_id="odyssey:stream:b1:1", options=streams)))
    async with house.bot():
        channel = bots[0].get_partial_messageable(where.id)
        wanted = await channel.send(view=panel)
        await channel.send(view=recordings)
        found = [message.id async for message in panels_in(channel, bots[0].user, broadcast)]
    assert found == [wanted.id]

"""A demo may run for days: what the local Discord keeps is bounded."""

import pytest

from bot.local.discord.intents import Intents
from bot.local.discord.sessions import EVENTS_KEPT_FOR_RESUME, Session
from bot.local.discord.shards import Shard
from bot.local.discord.state import World, backend


@pytest.fixture
def world() -> World:
    return World(
        base_url="http://127.0.0.1:1",
        guild_name="Guild",
        bot_name="Bot",
        message_content=True,
        response_timeout_s=3.0,
    )


async def test_old_chat_goes_and_the_panel_stays(world: World) -> None:
    """Chat is forgotten oldest first, but not the bot's messages that stand above it."""
    channel, user = world.add_channel("lounge", ""), world.add_user("robin")
    panel = world.rest("POST", f"/channels/{channel}/messages", body={"content": "panel"})
    for number in range(4_000):
        world.post(channel, user, str(number))
    kept = world.messages(channel, user)
    assert len(kept) <= backend.MESSAGES_KEPT_PER_CHANNEL + backend.MESSAGES_OF_BOT_KEPT_PER_CHANNEL
    assert (kept[0]["id"], kept[-1]["content"]) == (panel["id"], "3999")


async def test_old_uploads_go(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest uploads make room for new ones; the newest is always there."""
    monkeypatch.setattr(backend, "ATTACHMENT_BYTES_KEPT", 1_000)
    channel = world.add_channel("lounge", "")
    uploads = [world.upload(channel, f"{number}.bin", bytes(400)) for number in range(10)]
    paths = [upload["url"].removeprefix("http://127.0.0.1:1") for upload in uploads]
    assert [world.attachment(path) is not None for path in paths] == [False] * 8 + [True] * 2


async def test_dead_interactions_go(world: World) -> None:
    """Interactions whose tokens have died are forgotten as new ones come."""
    channel, user = world.add_channel("lounge", ""), world.add_user("robin")
    data = {"custom_id": "x", "component_type": 2}
    for _ in range(50):
        world.interact(3, channel, user, data).cancel()
        for record in world.backend.interactions.values():
            record.expires_at = "2020-01-01T00:00:00+00:00"
    assert len(world.backend.interactions) <= 2
    assert len(world.backend.interaction_tokens) <= 2


async def test_a_session_keeps_what_a_resume_needs_and_no_more() -> None:
    """Events after the client's sequence come back in order; a gap or an acknowledged past does not."""
    session = Session(Intents(0), Shard())
    for number in range(EVENTS_KEPT_FOR_RESUME + 10):
        session.push("MESSAGE_CREATE", {"number": number})
    newest = session.sequence
    assert [sequence for sequence, _ in session.after(newest - 3) or []] == [newest - 2, newest - 1, newest]
    assert session.after(5) is None
    assert session.after(newest + 1) is None
    session.acknowledge(newest - 1)
    assert session.after(newest - 2) is None
    assert len(session.after(newest - 1) or []) == 1

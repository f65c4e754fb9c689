"""What a bot counts in a whole broadcast, over the real wire."""

import asyncio
import re

import httpx

from tests.e2e.conftest import API_KEY, CHANNEL, House, free_port
from tests.metrics.page import Page

TOKEN = "a-token-of-16-characters"


async def test_a_broadcast_is_counted_from_start_to_post(house: House) -> None:
    """Streams, suggestions, times, answers; on both doors; and nothing that tells who or what it was."""
    port = free_port()
    async with house.bot(metrics_port=port, metrics_token=TOKEN) as settings, httpx.AsyncClient() as http:

        async def read() -> Page:
            return Page((await http.get(f"http://127.0.0.1:{port}/metrics")).content)

        before = await read()
        assert before.value("odyssey_discord_connected") == 1
        assert before.value("odyssey_broadcasts", state="live") == 0
        panel = await house.live_broadcast("A violet cat")
        await house.discord.user("mika").slash(CHANNEL, "odyssey say", prompt="a turquoise hat")
        await house.shown("turquoise")
        during = await read()
        assert during.value("odyssey_broadcasts", state="live") == 1
        assert (
            during.value("odyssey_slots_held", account="operator"),
            during.value("odyssey_streams_on_air"),
        ) == (1, 1)
        await house.discord.user("mika").slash(CHANNEL, "odyssey end")
        await house.shown("Full video")
        async with asyncio.timeout(30):
            while (after := await read()).value("odyssey_end_to_post_seconds_count") < 1:
                await asyncio.sleep(0.02)
        for name, labels in (
            ("odyssey_broadcasts_ended_total", {"reason": "host_ended"}),
            ("odyssey_streams_started_total", {}),
            ("odyssey_streams_ended_total", {"reason": "host_ended"}),
            ("odyssey_suggestions_settled_total", {"outcome": "acknowledged"}),
            ("odyssey_suggestion_to_wire_seconds_count", {}),
            ("odyssey_acknowledgement_seconds_count", {}),
            ("odyssey_service_answers_total", {"call": "connect", "answer": "good"}),
            ("odyssey_service_answers_total", {"call": "start", "answer": "good"}),
            ("odyssey_service_answers_total", {"call": "recording", "answer": "good"}),
        ):
            assert after.value(name, **labels) == 1, name
        assert after.value("odyssey_slots_held", account="operator") == 0
        assert after.value("odyssey_database_commit_seconds_count", outcome="committed") > 5
        assert after.value("process_resident_memory_bytes") > 0
        url = f"http://127.0.0.1:{settings.web_port}/metrics"
        assert (await http.get(url)).status_code == 401
        guarded = await http.get(url, headers={"Authorization": f"Bearer {TOKEN}"})
        assert Page(guarded.content).families.keys() == after.families.keys()
    for secret in (house.discord.token, API_KEY, TOKEN, "violet", "turquoise", "mika", "Mika"):
        assert secret not in after.text
    assert not re.search(r'="\d{6,}"', after.text), "an ID"
    assert str(panel.id) not in after.text


async def test_without_a_setting_nothing_is_counted(house: House) -> None:
    """And there is no address for it."""
    async with house.bot() as settings, httpx.AsyncClient() as http:
        assert (await http.get(f"http://127.0.0.1:{settings.web_port}/metrics")).status_code == 404

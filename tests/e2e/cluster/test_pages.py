"""Watch pages of a cluster, by processes that do not run what they show."""

import httpx
import pytest

from tests.e2e.cluster.conftest import TAKEN_OVER_S, Cluster, kill
from tests.e2e.conftest import house
from tests.support.watched import EventStream

__all__ = ["house"]  # the fixtures


async def test_any_process_answers_for_any_page(cluster: Cluster) -> None:
    """Another bot, and one of the role web: what is on, what is said, and the recording once it is over."""
    channel = cluster.channels[0]
    async with cluster.bots(2) as bots, cluster.bot(ROLE="web", DISCORD_TOKEN="") as web:
        panel = await cluster.live_broadcast(channel)
        token = (next(button.url for button in panel.buttons if button.label == "Watch") or "").split("/")[-1]
        [other] = [bot.pid for bot in bots if bot.pid != cluster.owner_of(channel)]
        for pid in (other, web.pid):
            page = f"http://127.0.0.1:{cluster.ports[pid]}/watch/{token}"
            async with EventStream(f"{page}/events") as events, httpx.AsyncClient() as http:
                shown = (await events.until(state="live")).data
                while shown["broadcast"]["stream"] is None:
                    shown = (await events.until(state="live")).data
                assert shown["broadcast"]["stream"]["whep"]["url"].startswith(cluster.house.standin.url)
                await cluster.steered(channel, f"snow for {pid}")
                while f"snow for {pid}" not in shown["broadcast"]["prompt"]["text"]:
                    shown = (await events.until(state="live")).data
                assert (await http.get(f"{page}/live.m3u8")).status_code == httpx.codes.OK
                assert "Live" in (await http.get(page)).text
        async with EventStream(f"{page}/events") as events:
            await cluster.house.discord.user("mika").slash(channel, "odyssey end")
            over = (await events.until(broadcast=None)).data
            while not over["last"]["films"]:
                over = (await events.until(broadcast=None)).data


@pytest.mark.outage("a process of a cluster is killed")
async def test_a_page_goes_on_when_who_runs_the_broadcast_is_killed(cluster: Cluster) -> None:
    """It shows what was told last, never an end that is none, and then the next stream."""
    channel = cluster.channels[0]
    async with cluster.bots(2) as bots, cluster.bot(ROLE="web", DISCORD_TOKEN="") as web:
        panel = await cluster.live_broadcast(channel)
        token = (next(button.url for button in panel.buttons if button.label == "Watch") or "").split("/")[-1]
        async with EventStream(f"http://127.0.0.1:{cluster.ports[web.pid]}/watch/{token}/events") as events:
            await events.until(state="live")
            await kill(next(bot for bot in bots if bot.pid == cluster.owner_of(channel)))
            number = 1
            while number == 1:
                shown = await events.next(within_s=TAKEN_OVER_S)
                assert shown
                assert shown.data["broadcast"], "never an end"
                number = (shown.data["broadcast"]["stream"] or {"number": 1})["number"]

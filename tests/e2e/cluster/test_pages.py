"""Watch pages of a cluster, by processes that do not run what they show."""

import httpx
import pytest

from bot.local.discord.people.views import SeenMessage
from tests.e2e.cluster.cluster import ClusterHouse
from tests.e2e.conftest import WAIT_S, free_port
from tests.e2e.test_resume import kill
from tests.support.watched import EventStream

TAKEN_OVER_S = 15.0 + WAIT_S
"""Until the leases of a killed process are over, on a busy machine."""


async def test_any_process_answers_for_any_page(cluster: ClusterHouse) -> None:
    """Another bot, and one of the role web: what is on, what is said, and the recording once it is over."""
    channel = cluster.channels[0]
    first, second, web = (str(free_port()) for _ in range(3))
    async with (
        cluster.bot(WEB_PORT=first) as one,
        cluster.bot(WEB_PORT=second),
        cluster.bot(WEB_PORT=web, ROLE="web", DISCORD_TOKEN=""),
    ):
        await cluster.shared_by(2)
        token = _token(await cluster.live(channel))
        other = second if cluster.pid_of(channel) == one.pid else first
        for port in (other, web):
            page = f"http://127.0.0.1:{port}/watch/{token}"
            async with EventStream(f"{page}/events") as events, httpx.AsyncClient() as http:
                shown = (await events.until(state="live")).data
                while shown["broadcast"]["stream"] is None:
                    shown = (await events.until(state="live")).data
                assert shown["broadcast"]["stream"]["whep"]["url"].startswith(cluster.house.standin.url)
                await cluster.say(channel, f"snow for {port}")
                while f"snow for {port}" not in shown["broadcast"]["prompt"]["text"]:
                    shown = (await events.until(state="live")).data
                assert (await http.get(f"{page}/live.m3u8")).status_code == httpx.codes.OK
                assert "Live" in (await http.get(page)).text
        async with EventStream(f"{page}/events") as events:
            await cluster.house.discord.user("mika").slash(channel, "odyssey end")
            over = (await events.until(broadcast=None)).data
            while not over["last"]["films"]:
                over = (await events.until(broadcast=None)).data


@pytest.mark.outage("a process of a cluster is killed")
async def test_a_page_goes_on_when_who_runs_the_broadcast_is_killed(cluster: ClusterHouse) -> None:
    """It shows what was told last, never an end that is none, and then the next stream."""
    channel = cluster.channels[0]
    web = str(free_port())
    async with (
        cluster.bot() as one,
        cluster.bot() as another,
        cluster.bot(WEB_PORT=web, ROLE="web", DISCORD_TOKEN=""),
    ):
        await cluster.shared_by(2)
        token = _token(await cluster.live(channel))
        async with EventStream(f"http://127.0.0.1:{web}/watch/{token}/events") as events:
            await events.until(state="live")
            await kill(one if cluster.pid_of(channel) == one.pid else another)
            number = 1
            while number == 1:
                shown = await events.next(within_s=TAKEN_OVER_S)
                assert shown
                assert shown.data["broadcast"], "never an end"
                number = (shown.data["broadcast"]["stream"] or {"number": 1})["number"]


def _token(panel: SeenMessage) -> str:
    """Of a panel's watch link."""
    return (next(button.url for button in panel.buttons if button.label == "Watch") or "").split("/")[-1]

"""The watch page tells what is so, in every state, and to everybody."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.support.watch_page import (
    MOTION,
    NOW,
    WINNER,
    WatchPage,
    ballot,
    broadcast,
    document,
    past,
)

WIDTH = 320
LONG = "The lighthouse wakes up and walks away over the sea. " * 38
HOSTILE = {
    "markup": "<img src=x onerror=alert(1)><script>alert(2)</script><b>bold</b>",
    "one word": "a" * 2000,
    "from the right": "\u202eتنين من ورق يصعد من الفوانيس\u202e",
    "heaps": "z" + "\u0337\u0321\u031b" * 40 + " over everything",
    "lines": "one\n\n\n\ntwo\r\n\tthree",
}
CONNECTING = {"state": "connecting", "began_at": None, "ends_at": None}
STILL = {"status": "still", "since": -9000}
JUST_NOW = NOW - 20_000

# Each state: what is drawn, what can be read then, and what cannot.
STATES: dict[str, tuple[dict[str, Any], list[str], list[str]]] = {
    "opening": ({"connection": "opening", "status": "idle"}, ["Connecting …"], ["LIVE"]),
    "never reached": ({"connection": "lost", "status": "idle"}, ["The bot cannot be reached"], ["LIVE"]),
    "nothing on, ever": (
        {"document": document(), "status": "idle"},
        ["#lounge", "Nothing is on just now.", "The next broadcast begins here by itself"],
        ["LIVE", "Play", "watching", "What happens next?"],
    ),
    "nothing on": (
        {"document": document(last=past()), "status": "idle"},
        ["RECORDING", "Play the recording", "Nothing is on just now.", "hosted by Robin, 2 hours ago"],
        ["LIVE", "watching"],
    ),
    "just over": (
        {"document": document(last=past(ended_at=JUST_NOW, films=0)), "status": "idle"},
        ["The broadcast is over. Thank you for watching.", "Its recording is on its way.", "just now"],
        ["LIVE", "Play", "Nothing is on"],
    ),
    "just broken off": (
        {"document": document(last=past(ended_at=JUST_NOW, has_failed=True)), "status": "idle"},
        ["The broadcast broke off.", "Play the recording"],
        ["LIVE", "Thank you", "on its way"],
    ),
    "starting": (
        {"document": document(broadcast(**CONNECTING), last=past()), "status": "idle"},
        ["STARTING", "The world is being made …", "A harbour at dusk", "The opening", "hosted by Robin"],
        ["LIVE", "Play", " left"],
    ),
    "waiting for a stream": (
        {"document": document(broadcast(**CONNECTING, place_in_pool=2)), "status": "idle"},
        ["All streams are in use: this broadcast is number 2 in line, and starts by itself."],
        ["LIVE", "being made"],
    ),
    "live without a picture yet": (
        {"document": document(broadcast()), "status": "connecting"},
        ["The picture is on its way …", "3:04 · 7 min left", "12 watching"],
        ["LIVE", "NO PICTURE"],
    ),
    "live and no way to the picture": (
        {"document": document(broadcast()), "status": "failed"},
        ["The picture cannot be had just now. Trying again …"],
        ["LIVE"],
    ),
    "autoplay refused": ({"document": document(broadcast()), "status": "tap"}, ["Tap to play"], ["LIVE"]),
    "live": (
        {"document": document(broadcast(ends_at=None))},
        ["LIVE", "3:04", "What happens next?", "Nothing waits: your idea would be", "Take part in #lounge"],
        ["on its way", "cannot", " left"],
    ),
    "live, all of it": (
        {
            "document": document(ballot(3, 7, 1, 0, 1, winner=WINNER, motion=MOTION, waiting_for_a_place=2)),
            "hasSound": True,
            "isMuted": True,
        },
        [
            "Robin’s idea · won the vote, 7 of 12 votes",
            "Ada asks to decide by turns from now on\n4 for, 1 against · closes in 25 s",
            "Vote for what is next\ncloses in 12 s",
            "2\nIt begins to snow, and every lantern turns to ice\nAda · 7 votes",
            "Noor · 1 vote\n",
            "2 more wait for a place on the ballot",
        ],
        ["Won the vote", "What happens next?", "Read all"],
    ),
    "a winner that is still to come": (
        {"document": document(broadcast(winner=WINNER))},
        ["Won the vote\nA dragon made of paper rises", "Robin · 7 of 12 votes", "The opening"],
        ["idea · won"],
    ),
    "a prompt in Odyssey's words": (
        {"document": document(broadcast(prompt={"text": "Snow at sea.", "by": "Ada"}, asked_for="snow"))},
        ["snow\nAda’s idea\nIn Odyssey’s words: Snow at sea."],
        ["The opening"],
    ),
    "paused, by lot": (
        {"document": document(ballot(2, 1, mode="draw", is_paused=True, closes_at=None, waiting=9))},
        ["In the draw", "Suggestions are paused by a moderator.", "Mika · 2 votes"],
        ["closes in"],
    ),
    "a gap": (
        {"document": document(broadcast(coming_back=2)), **STILL},
        ["NO PICTURE", "The world is coming back, 2nd try"],
        ["LIVE"],
    ),
    "a gap, and the bot is gone": (
        {"document": document(broadcast(coming_back=1)), "connection": "lost", **STILL},
        ["NO PICTURE", "The bot cannot be reached just now. Trying again …"],
        ["LIVE", "coming back"],
    ),
    "a picture, and the bot is gone": (
        {"document": document(broadcast()), "connection": "lost"},
        ["LIVE", "The bot cannot be reached just now. Trying again …"],
        [],
    ),
    "the last half minute": (
        {"document": document(broadcast(ends_at=NOW + 30_000, is_last_call=True))},
        ["LIVE", "30 s left"],
        [],
    ),
    "ending": (
        {"document": document(broadcast(state="ending")), **STILL},
        ["ENDING", "The broadcast is ending"],
        ["LIVE", "NO PICTURE"],
    ),
    "revoked": (
        {"document": document(broadcast()), "connection": "gone"},
        ["This link was replaced by a new one. It is in the channel.", "Back to #lounge"],
        ["LIVE", "A harbour", "What happens next?", "by itself"],
    ),
}


async def test_every_state_is_told_as_it_is_and_axe_finds_nothing(watch: WatchPage) -> None:
    """One page goes through all states, dark and light, and ends in each where a fresh page would."""
    for state, (drawn, says, never) in STATES.items():
        if "gap" in state or state == "ending":  # a picture was seen before
            await watch.show(**{**drawn, "status": "playing"})
        await watch.show(**drawn)
        text = await watch.text()
        assert [words for words in says if words not in text] == [], f"{state}: {text}"
        assert [words for words in never if words in text] == [], f"{state}: {text}"
        await watch.is_clean(state)
    await watch.page.emulate_media(color_scheme="light", reduced_motion="reduce")
    for state in ("live, all of it", "nothing on", "a winner that is still to come"):
        await watch.show(**STATES[state][0])
        await watch.is_clean(f"{state}, light")
    await watch.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    await watch.page.goto(watch.site.url.replace("watch/token", "assets/unknown.html"))
    await expect(watch.page.get_by_role("heading")).to_have_text("This link leads nowhere.")
    await watch.is_clean("unknown")
    await watch.anew()


async def test_a_seam_needs_no_word(watch: WatchPage) -> None:
    """A picture that stands still is LIVE for two seconds more; then the badge and a word say what is so."""
    await watch.pause()
    live = document(broadcast())
    await watch.show(live)
    await watch.show(live, status="connecting")
    await watch.page.clock.run_for(1500)
    assert "LIVE" in await watch.text()
    await watch.page.clock.run_for(1000)
    text = await watch.text()
    assert "NO PICTURE" in text
    assert "The picture is on its way …" in text
    await watch.show(live)
    assert "LIVE" in await watch.text()


async def test_clocks_run_by_the_server_s_time(watch: WatchPage) -> None:
    """Also where the viewer's clock is a day ahead, without a word from the bot."""
    await watch.pause()
    await watch.show(document(ballot(1, 2, ends_at=NOW + 61_000)))
    assert "3:04 · 1 min left" in await watch.text()
    countdown = watch.page.locator("#countdown")
    await watch.page.clock.run_for(8000)
    text = await watch.text()
    assert "3:12 · 53 s left" in text
    assert "closes in 4 s" in text
    await expect(countdown).to_have_class("soon")
    await watch.page.clock.run_for(9000)
    assert "closing" in await watch.text()


async def test_votes_move_the_bars_and_nothing_else(watch: WatchPage) -> None:
    """A candidate stays the same element while votes come, and a state drawn again changes nothing at all."""
    await watch.pause()
    await watch.show(document(ballot(1, 2)))
    bars = "[...document.querySelectorAll('.bar')]"
    parts = f"{bars}.map((bar) => +getComputedStyle(bar).getPropertyValue('--part'))"
    assert await watch.page.evaluate(parts) == pytest.approx([1 / 3, 2 / 3])
    await watch.page.evaluate("window.kept = [...document.querySelectorAll('.candidate')]")
    await watch.show(document(ballot(5, 3, 2)))
    assert await watch.page.evaluate(parts) == pytest.approx([0.5, 0.3, 0.2])
    kept = "kept.every((node, index) => node === document.querySelectorAll('.candidate')[index])"
    assert await watch.page.evaluate(kept)
    leads = watch.page.locator(".leads")
    await expect(leads).to_have_count(1)
    await expect(leads).to_contain_text("A whale")
    changes = "new MutationObserver((list) => (window.changes = list.length))"
    what = "{ subtree: true, childList: true, characterData: true }"
    await watch.page.evaluate(f"window.changes = 0; {changes}.observe(document.body, {what})")
    await watch.show(document(ballot(5, 3, 2)))
    assert await watch.page.evaluate("changes") == 0


async def test_a_screen_reader_hears_what_is_new_and_no_chatter(watch: WatchPage) -> None:
    """The prompt, a ballot that opens and the state, each once; no votes, no countdown."""
    await watch.anew()
    await watch.pause()
    announcer = watch.page.get_by_role("status").last
    await watch.show(document(broadcast()))
    await watch.page.clock.run_for(3000)
    await expect(announcer).to_have_text("The broadcast is live.")
    await watch.show(document(ballot(1, winner=WINNER)))
    await watch.page.clock.run_for(3000)
    await expect(announcer).to_have_text(
        "Now: \u2068A dragon made of paper rises from the lanterns\u2069. \u2068Robin\u2069’s idea"
        " · won the vote, 7 of 12 votes. A ballot is open."
    )
    await watch.page.evaluate("document.getElementById('announcer').textContent = ''")
    for votes in range(2, 6):
        await watch.show(document(ballot(votes, winner=WINNER)))
        await watch.page.clock.run_for(2000)
    await expect(announcer).to_have_text("")


async def test_hostile_words_stay_words(watch: WatchPage) -> None:
    """As prompt, idea and name: no element of theirs, nothing wider than a small phone, nothing covered."""
    await watch.page.set_viewport_size({"width": WIDTH, "height": 640})
    for kind, text in HOSTILE.items():
        shown = ballot(1, 2, prompt={"text": text + ".", "by": text}, asked_for=text, host=text)
        shown = {**shown, "candidates": [{**one, "text": text, "by": text} for one in shown["candidates"]]}
        channel = {"name": text, "url": "https://discord.com/channels/1/2"}
        await watch.show(document(shown, channel=channel))
        direction = "getComputedStyle(document.querySelector('.prompt p')).direction"
        is_turned = await watch.page.evaluate(direction) == "rtl"
        assert is_turned is (kind == "from the right")
        await _is_in_its_place(watch, kind)
        await watch.show(document(last=past(opening=text, host=text), channel=channel), status="idle")
        await _is_in_its_place(watch, kind)


async def _is_in_its_place(watch: WatchPage, kind: str) -> None:
    await expect(watch.page.locator("main :is(b, script, img[src=x])")).to_have_count(0)
    assert await watch.page.evaluate("document.documentElement.scrollWidth") <= WIDTH, kind
    heaps = await watch.page.evaluate("(document.body.innerText.match(/\\p{M}{4}/gu) ?? []).length")
    assert heaps == 0, kind


async def test_a_long_prompt_is_cut_and_can_be_read(watch: WatchPage) -> None:
    """2,000 characters take four lines until somebody wants all; another prompt is cut again."""
    await watch.page.set_viewport_size({"width": WIDTH, "height": 640})
    await watch.show(document(broadcast(asked_for=LONG)))
    words = watch.page.locator(".prompt p")
    more = watch.page.get_by_role("button", name="Read all")
    cut = await words.evaluate("(node) => node.clientHeight")
    assert cut < 150
    await more.click()
    assert await words.evaluate("(node) => node.clientHeight") > 5 * cut
    less = watch.page.get_by_role("button", name="Read less")
    await expect(less).to_have_attribute("aria-expanded", "true")
    await watch.show(document(broadcast(asked_for=LONG + "!")))
    await expect(more).to_be_visible()
    await watch.show(document(broadcast(asked_for="Rain")))
    await expect(more).to_be_hidden()
    await expect(less).to_be_hidden()
    some = document(broadcast(asked_for=LONG[:200]))
    await watch.show(some)
    await expect(more).to_be_visible()
    await watch.page.set_viewport_size({"width": 1440, "height": 900})
    await watch.show(some)
    await expect(more).to_be_hidden()

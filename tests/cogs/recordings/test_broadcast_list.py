"""`/odyssey list` with filters, and what `/odyssey recording` offers while somebody types."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from bot.broadcast.wanted import Standing, Wanted
from bot.local.discord.people.views import SeenMessage
from cogs.recordings.broadcast_list import ID_LIMIT, TEXT_LIMIT, PageButton, _written
from tests.e2e.conftest import CHANNEL, WAIT_S, House
from tests.support.database import entered_anew
from tests.support.hostile_texts import hostile_texts

BEGAN = datetime(2026, 7, 10, 20, 0, tzinfo=UTC)
SHOWN = ("A lighthouse in the storm", "Ein Drache über der Stadt", "雪山の上に竜が飛ぶ")
COUNT = 12


def remember(house: House, ideas_of: int) -> None:
    """Twelve broadcasts, one a day from the 10th of July on; in every third somebody had snow applied."""
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database, database:
        for number in range(COUNT):
            at = f"{BEGAN + timedelta(days=number):%Y-%m-%d %H:%M:%S.000000}"
            prompt = SHOWN[number % len(SHOWN)]
            place = house.discord.world.guild_id, house.discord.channel(CHANNEL)
            state = "failed" if number == 4 else "ended"
            database.execute(
                "INSERT INTO broadcasts (id, guild_id, channel_id, host_id, prompt, portrait, state,"
                " requested_at) VALUES (?, ?, ?, 1, ?, 0, ?, ?)",
                (f"b{number}", *place, prompt, state, at),
            )
            database.execute(
                "INSERT INTO streams (id, service_id, broadcast_id, prompt, portrait, state, started_at,"
                " ended_at, end_reason) VALUES (?, ?, ?, ?, 0, 'ended', ?, ?, 'host_ended')",
                (f"own{number}", f"stream-{number}", f"b{number}", prompt, at, at),
            )
            if number % 3 == 0:
                database.execute(
                    "INSERT INTO suggestions (id, broadcast_id, viewer_id, prompt, outcome, suggested_at)"
                    " VALUES (?, ?, ?, 'It starts to snow', 'acknowledged', ?)",
                    (f"s{number}", f"b{number}", ideas_of, at),
                )
    entered_anew(house.directory / "odyssey.sqlite3")


def numbers(page: SeenMessage) -> list[int]:
    return [
        int(line.removeprefix("**#").split()[0]) for line in page.text.splitlines() if line.startswith("**#")
    ]


@pytest.fixture
async def past(house: House) -> House:
    """A house whose bot finds those broadcasts in its database."""
    async with house.bot():
        pass  # makes the database
    remember(house, house.discord.user("robin").id)
    return house


async def test_the_list_has_filters_that_its_buttons_keep(past: House) -> None:
    """Alone and together, said above the list; the buttons lead on among what fits, after a restart too."""
    mika, robin = past.discord.user("mika"), past.discord.user("robin")
    expected: Sequence[tuple[dict[str, object], list[int]]] = (
        ({"text": "snow"}, [10, 7, 4, 1]),
        ({"text": "dra stadt"}, []),
        ({"text": "drache STA"}, [11, 8, 5, 2]),
        ({"text": "竜"}, [12, 9, 6, 3]),
        ({"person": robin.id}, [10, 7, 4, 1]),
        ({"person": mika.id}, []),
        ({"state": "failed"}, [5]),
        ({"period": "12-14 July 2026"}, [5, 4, 3]),
        ({"period": "12-14 July 2026", "text": "snow"}, [4]),
        ({"period": "since 18 July 2026", "person": robin.id, "state": "ended"}, [10]),
    )
    async with past.bot():
        for filters, found in expected:
            page = (await mika.slash(CHANNEL, "odyssey list", **filters)).message
            assert page
            assert numbers(page) == found, filters
        assert "None fits" in (await mika.slash(CHANNEL, "odyssey list", text="nowhere")).text
        unread = await mika.slash(CHANNEL, "odyssey list", period="when it rained")
        assert "I cannot read that as a period" in unread.text
        long = await mika.slash(CHANNEL, "odyssey list", period="before 22 July 2026", state="ended")
        assert "until 21 Jul 2026 · ended\n1 to 8 of 11" in long.text
        assert long.message
    async with past.bot():
        older = await mika.click(long.message, label="Older ▶")
        assert "until 21 Jul 2026 · ended\n9 to 11 of 11" in older.text
        assert older.message
        assert numbers(older.message) == [3, 2, 1]
        newer = await mika.click(older.message, label="◀ Newer")
        assert newer.message
        assert numbers(newer.message) == [12, 11, 10, 9, 8, 7, 6, 4]


async def test_what_is_typed_is_offered_by_number_date_and_words(past: House) -> None:
    """Each once; and what is chosen, or typed as a number, is found."""
    robin = past.discord.user("robin")

    async def offered(typed: str) -> list[str]:
        choices = await robin.autocomplete(CHANNEL, "odyssey recording", "broadcast", typed)
        assert all(len(choice["name"]) <= 100 for choice in choices)
        return [choice["name"].split()[0] for choice in choices]

    async with past.bot():
        assert await offered("#7") == await offered("7") == ["#7"]
        assert await offered("14 July 2026") == ["#5"]
        assert await offered("12-13 jul 2026") == ["#4", "#3"]
        assert await offered("dra") == ["#11", "#8", "#5", "#2"]
        assert await offered("竜が") == ["#12", "#9", "#6", "#3"]
        assert await offered("stream-3") == ["#4"]
        assert len(await offered("")) == COUNT
        answer = await robin.slash(CHANNEL, "odyssey recording", broadcast="#3")
        assert "stream-2" in (await answer.final(timeout_s=WAIT_S)).text


async def test_periods_are_offered_as_they_are_read(past: House) -> None:
    """Some before anything is typed; what cannot be read is not offered."""
    mika = past.discord.user("mika")
    async with past.bot():
        first = await mika.autocomplete(CHANNEL, "odyssey list", "period", "")
        assert {"today", "last week"} <= {choice["value"] for choice in first}
        [read] = await mika.autocomplete(CHANNEL, "odyssey list", "period", "12-14 july 2026")
        assert read == {"name": "12-14 july 2026 (12 Jul 2026 to 14 Jul 2026)", "value": "12-14 july 2026"}
        assert await mika.autocomplete(CHANNEL, "odyssey list", "period", "when it rained") == []


@pytest.mark.parametrize(
    "said", ["snow", "a:b:c", "🎉" * TEXT_LIMIT, *(each.text for each in hostile_texts(60))]
)
def test_a_button_keeps_what_is_listed(said: str) -> None:
    """It fits into its ID, and is read from it as it was; words that are too long lose their end."""
    text = " ".join(said.split())[:TEXT_LIMIT]
    since = datetime(2026, 7, 1, tzinfo=UTC)
    wanted = Wanted(text, 2**63 - 1, since, since + timedelta(days=31), Standing.FAILED)
    button = PageButton("older", 9_999_999, **_written(wanted))  # type: ignore[arg-type]
    custom_id = button.item.custom_id
    assert custom_id
    assert len(custom_id.encode("utf-16-le", "replace")) // 2 <= ID_LIMIT
    match = PageButton.__discord_ui_compiled_template__.fullmatch(custom_id)
    assert match
    read = PageButton(**match.groupdict())._wanted  # type: ignore[arg-type]
    assert read == Wanted(
        text[: len(read.text)],
        *(getattr(wanted, name) for name in ("person_id", "since", "until", "standing")),
    )
    assert read.text == text or len(text) > 20

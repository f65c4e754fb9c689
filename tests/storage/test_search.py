"""What was said is found by its words, in whatever script, by who may find it."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from bot.broadcast.model import Broadcast, Channel, Origin, Refusal, Stream, Suggestion, Viewer
from bot.broadcast.states import State
from bot.broadcast.wanted import COUNTED, Standing, Wanted
from bot.storage import migrating
from bot.storage.database import open_database
from bot.storage.history import DatabaseHistory
from bot.storage.search import finding, persons
from bot.storage.search.filling import fill
from bot.storage.search.fts5 import TABLE, TRIGGERS
from bot.storage.search.words import asked, words_of
from tests.storage.conftest import CHANNEL, MIKA, NOW, Store
from tests.support.hostile_texts import hostile_texts

ROBIN = Viewer(2**62 + 9, "Robin")
ELSEWHERE = Channel(CHANNEL.guild_id, CHANNEL.id + 1)


async def found(store: Store, typed: str, *channels: int, guild_id: int = CHANNEL.guild_id) -> list[str]:
    """The IDs of the broadcasts with these words."""
    page = await store.history.past_broadcasts(guild_id, channels or None, Wanted(text=typed), limit=25)
    return [past.broadcast.id for past in page.broadcasts]


async def applied(
    store: Store, broadcast: Broadcast, stream: Stream, prompt: str, **by: Viewer
) -> Suggestion:
    """A suggestion that the world took."""
    said = Suggestion(f"{broadcast.id}: {prompt}"[:32], broadcast.id, by.get("by", ROBIN), prompt, NOW)
    taken = said.sent(stream.id, NOW).acknowledged(prompt, NOW)
    await store.journal.save_suggestion(taken)
    return taken


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        ("A dragon lands on the roof", "dragon roof"),
        ("A dragon lands on the roof", "ROOF dra"),
        ("Élan vital, Straße", "elan STRASSE"),
        ("ＷＩＤＥ letters", "wide"),
        ("Дракон над замком", "замком ДРАК"),
        ("雪山の上に竜が飛ぶ", "竜"),
        ("雪山の上に竜が飛ぶ", "山の上"),
        ("雪山の上に竜が飛ぶ", "飛ぶ"),
        ("ﾄﾞﾗｺﾞﾝ", "ドラゴン"),
        ("一条龙飞过雪山", "雪山"),
        ("แมวเดินบนหิมะ", "หิมะ"),
        ("ភ្នំព្រិល", "ព្រិល"),
        ("눈이 내리는 도시", "내리 도시"),
        ("눈이 내리는 도시", "시"),
        ("हिमालय में बर्फ़", "बर्फ"),
        ("تنين فوق القلعة", "القلعة"),
        ("a 🎉 for 2026", "🎉 2026"),
        ("snow雪", "雪"),
    ],
)
async def test_words_are_found_in_every_script(store: Store, said: str, typed: str) -> None:
    """However they are written; the last one before it is finished. Where nothing divides words, any part."""
    broadcast, stream = await store.past_broadcast(1)
    await store.past_broadcast(2, prompt="nothing of all that")
    await applied(store, broadcast, stream, said)
    assert await found(store, typed) == ["b1"]


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        ("A dragon lands", "dragons"),
        ("A dragon lands", "dra lands"),
        ("A dragon lands", "ragon"),
        ("A dragon lands", "dragon flies"),
        ("雪山の上", "山雪"),
        ("雪と山", "雪山"),
        ("A dragon lands", ""),
        ("A dragon lands", "!?"),
    ],
)
def test_what_does_not_fit(said: str, typed: str) -> None:
    """Another word, the middle of one, the front of one that is not the last; letters in another order."""
    have = f" {' '.join(words_of(said))} "
    wanted = asked(typed)
    fits = [f" {' '.join(each.words)}{'' if each.is_front else ' '}" in have for each in wanted]
    assert not wanted or not all(fits)


async def test_hostile_questions_find_or_find_nothing(store: Store) -> None:
    """FTS5's own syntax, quotes, nulls, surrogates, 4,000 characters: none raises, or finds more."""
    broadcast, stream = await store.past_broadcast(1, prompt="A cat")
    await applied(store, broadcast, stream, "snow")
    syntax = (
        *('"', '""', 'snow"', "snow*", "*", "snow OR zzz", "snow NOT zzz", "NEAR(snow cat)", "words:snow"),
        *(
            "^snow",
            "rowid:1",
            "00001snow",
            "snow\0",
            "\0",
            "\ud800snow",
            "snow' --",
            "(snow",
            "{words}: snow",
        ),
        *("-snow", "+ +", "#", "#0", "9" * 40, "%", "_"),
        *("snow " * 800, "雪" * 4000, "s" * 4000, "\u0301" * 4000, "👨\u200d👩\u200d👧" * 500),
    )
    for typed in (*syntax, *(each.text for each in hostile_texts(60))):
        await store.history.past_broadcasts(CHANNEL.guild_id, [CHANNEL.id], Wanted(text=typed), limit=5)
        await store.history.search_broadcasts(CHANNEL.guild_id, typed, [], limit=5)
        await store.history.find_broadcast(CHANNEL.guild_id, typed)
        assert await found(store, f"qqzzqq {typed}") == []
    assert await found(store, 'snow"') == ["b1"]


async def test_hostile_texts_are_entered(store: Store) -> None:
    """Whatever was applied is stored, and what has a word is found by it."""
    broadcast, stream = await store.past_broadcast(1)
    for number, each in enumerate(hostile_texts(80)):
        said = Suggestion(str(number), broadcast.id, ROBIN, each.text, NOW)
        await store.journal.save_suggestion(said.sent(stream.id, NOW).acknowledged("x", NOW))
    await applied(store, broadcast, stream, "snow " * 800)
    assert await found(store, "snow") == ["b1"]


async def test_only_what_was_applied_is_found(store: Store) -> None:
    """What waits, was refused, taken out by a moderator or withdrawn is nobody's to find."""
    broadcast, stream = await store.past_broadcast(1)
    said = Suggestion("1", broadcast.id, ROBIN, "shocking", NOW)
    for state in (
        said,
        said.sent(stream.id, NOW),
        *(said.refused(refusal, NOW) for refusal in Refusal),
    ):
        await store.journal.save_suggestion(state)
        assert await found(store, "shocking") == []
        assert await store.history.search_broadcasts(CHANNEL.guild_id, "shocking", limit=5) == []
    await store.journal.save_suggestion(said.sent(stream.id, NOW).acknowledged("tamed", NOW))
    assert await found(store, "shocking") == ["b1"]


async def test_a_stream_that_never_began_is_not_found(store: Store) -> None:
    """Nor is its broadcast; once it has, both are."""
    await store.journal.save_broadcast(Broadcast("b", CHANNEL, MIKA, "A cat", False, NOW))
    meant = Stream("own", "b", "A cat", False, NOW, NOW)
    await store.journal.save_stream(meant)
    assert await found(store, "cat") == []
    await store.journal.save_stream(replace(meant, service_id="s"))
    assert await found(store, "cat") == ["b"]


async def test_each_server_and_channel_has_its_own(store: Store) -> None:
    """Nothing of another server is found, and nothing of a channel that may not be viewed."""
    await store.past_broadcast(1, prompt="snow here")
    await store.past_broadcast(2, channel=ELSEWHERE, prompt="snow there")
    await store.past_broadcast(3, channel=Channel(7, 8), prompt="snow beyond")
    assert await found(store, "snow") == ["b2", "b1"]
    assert await found(store, "snow", CHANNEL.id) == ["b1"]
    assert await found(store, "snow", 99) == []
    assert await found(store, "snow", guild_id=7) == ["b3"]
    for typed in ("snow", "#1", "1", "s1", "Mika", ""):
        seen = await store.history.search_broadcasts(CHANNEL.guild_id, typed, [ELSEWHERE.id], limit=25)
        assert {each.id for each in seen} <= {"b2"}
    assert await store.history.channels(CHANNEL.guild_id) == [ELSEWHERE.id, CHANNEL.id]


async def test_what_is_deleted_or_changed_is_not_found_any_more(store: Store) -> None:
    """Whoever does it, by whatever statement; and it stands in no table of the index."""
    broadcast, stream = await store.past_broadcast(1, prompt="A meadow")
    for prompt in ("tulips", "roses", "poppies"):
        await applied(store, broadcast, stream, prompt)
    await store.writer.execute(text("DELETE FROM suggestions WHERE prompt = 'tulips'"))
    await store.writer.execute(text("UPDATE suggestions SET prompt = 'removed' WHERE prompt = 'roses'"))
    assert [await found(store, each) for each in ("tulips", "roses", "poppies")] == [[], [], ["b1"]]
    for table in ("suggestions", "streams", "broadcasts"):
        await store.writer.execute(text(f"DELETE FROM {table}"))
    with store.database.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM texts")).scalar() == 0


@pytest.mark.sqlite
async def test_it_is_entered_with_its_cause_or_not_at_all(store: Store) -> None:
    """A statement of the same transaction that fails takes the words back."""
    broadcast, stream = await store.past_broadcast(1)
    await store.writer.execute(
        text(
            "CREATE TRIGGER refuses BEFORE INSERT ON outbox "
            "WHEN new.kind = 'settled' BEGIN SELECT RAISE(ABORT, 'no room'); END"
        )
    )
    said = Suggestion("1", broadcast.id, ROBIN, "thunder", NOW)
    owing = said.sent(stream.id, NOW).acknowledged("thunder", NOW)
    with pytest.raises(Exception, match="no room"):
        await store.journal.save_suggestion(owing._replace(origin=Origin(CHANNEL.id, interaction_id=5)))
    assert await found(store, "thunder") == []
    await store.journal.save_suggestion(owing)
    assert await found(store, "thunder") == ["b1"]


async def test_broadcasts_have_running_numbers_in_their_server(store: Store) -> None:
    """From 1, whatever else happens; they are found by them."""
    for number in range(1, 4):
        await store.past_broadcast(number)
    other, _ = await store.past_broadcast(4, channel=Channel(7, 8))
    await store.journal.save_broadcast(other)
    page = await store.history.past_broadcasts(CHANNEL.guild_id, limit=5)
    assert [past.number for past in page.broadcasts] == [3, 2, 1]
    for shown in ("2", "#2", " # 2 "):
        past = await store.history.find_broadcast(CHANNEL.guild_id, shown)
        assert past
        assert past.broadcast.id == "b2"
    past = await store.history.find_broadcast(7, "1")
    assert past
    assert past.broadcast == other
    assert await store.history.find_broadcast(7, "2") is None
    [first, *_] = await store.history.search_broadcasts(CHANNEL.guild_id, "#2", limit=5)
    assert first.id == "b2"


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (Wanted(person_id=MIKA.id), [4, 3, 2, 1]),
        (Wanted(person_id=ROBIN.id), [3, 1]),
        (Wanted(person_id=12), []),
        (Wanted(standing=Standing.RUNNING), [4]),
        (Wanted(standing=Standing.FAILED), [2]),
        (Wanted(standing=Standing.ENDED), [3, 1]),
        (Wanted(since=NOW + timedelta(minutes=2)), [4, 3, 2]),
        (Wanted(until=NOW + timedelta(minutes=2)), [1]),
        (Wanted(since=NOW + timedelta(minutes=2), until=NOW + timedelta(minutes=4)), [3, 2]),
        (Wanted(since=NOW + timedelta(days=2)), []),
        (Wanted(until=NOW), []),
        (Wanted("snow", ROBIN.id), [3, 1]),
        (Wanted("snow", ROBIN.id, since=NOW + timedelta(minutes=2)), [3]),
        (Wanted("cat", MIKA.id, standing=Standing.FAILED), [2]),
        (Wanted("snow", MIKA.id, until=NOW + timedelta(minutes=3)), [1]),
    ],
)
@pytest.mark.parametrize("many", [persons.MANY, 1])
async def test_filters_narrow_the_list(
    store: Store, wanted: Wanted, numbers: list[int], many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By person, period, state and text, each and together; whether somebody said much or little."""
    monkeypatch.setattr(persons, "MANY", many)
    for number in range(1, 5):
        broadcast, stream = await store.past_broadcast(number)
        state = {2: State.FAILED, 4: State.LIVE}.get(number, State.ENDED)
        await store.journal.save_broadcast(replace(broadcast, state=state))
        if number % 2:
            await applied(store, broadcast, stream, "snow")
    page = await store.history.past_broadcasts(CHANNEL.guild_id, wanted=wanted, limit=25)
    assert [past.number for past in page.broadcasts] == numbers
    assert page.total == len(numbers)


@pytest.mark.parametrize("parts", [finding.PARTS, (20, 40, 10_000)], ids=["few", "many"])
@pytest.mark.parametrize("wanted", [Wanted(), Wanted("snow"), Wanted(person_id=ROBIN.id)])
@pytest.mark.sqlite
async def test_pages_follow_each_other(
    store: Store, wanted: Wanted, parts: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Older and newer, without holes or repeats, beyond what is counted; and where there are so many texts
    that not even so many are counted."""
    monkeypatch.setattr(finding, "PARTS", parts)
    await store.past_broadcast(1)
    last = COUNTED + 12
    rows = [{"id": f"n{number}", "number": number} for number in range(2, last + 1)]
    with store.database.engine.begin() as connection:
        for statement in (
            "INSERT INTO broadcasts (id, number, guild_id, channel_id, host_id, prompt, portrait, state,"
            " requested_at) SELECT :id, :number, guild_id, channel_id, host_id, prompt, portrait, state,"
            " requested_at FROM broadcasts WHERE id = 'b1'",
            "INSERT INTO streams (id, service_id, broadcast_id, prompt, portrait, state, started_at)"
            " SELECT :id, :id, :id, 'snow', portrait, state, started_at FROM streams WHERE id = 'own1'",
            "INSERT INTO suggestions (id, broadcast_id, viewer_id, prompt, outcome, suggested_at)"
            f" VALUES (:id, :id, {ROBIN.id}, 'snow', 'acknowledged', '2026-01-01 00:00:00')",
        ):
            connection.execute(text(statement), rows)
        _filled_anew(connection)
    page = await store.history.past_broadcasts(CHANNEL.guild_id, wanted=wanted, limit=8)
    seen = [past.number for past in page.broadcasts]
    assert (page.first, page.total, page.has_newer) == (1, None, False)
    texts_each = {Wanted("snow"): 2, Wanted(person_id=ROBIN.id): 1}
    few = wanted in texts_each and parts[0] < 60
    assert page.counted == (60 // texts_each[wanted] if few else COUNTED)
    while page.has_older:
        page = await store.history.past_broadcasts(
            CHANNEL.guild_id, wanted=wanted, limit=8, older_than=page.broadcasts[-1].number
        )
        assert page.has_newer
        seen += [past.number for past in page.broadcasts]
    assert page.first is None
    assert seen == list(range(last, 0 if wanted == Wanted() else 1, -1))
    back = await store.history.past_broadcasts(
        CHANNEL.guild_id, wanted=wanted, limit=8, newer_than=page.broadcasts[0].number
    )
    assert [past.number for past in back.broadcasts] == seen[
        -8 - len(page.broadcasts) : -len(page.broadcasts)
    ]


@pytest.mark.sqlite
async def test_the_index_is_what_the_migrations_made(store: Store) -> None:
    """Table and triggers, word by word."""
    with store.database.engine.connect() as connection:
        made = (
            connection.execute(
                text("SELECT sql FROM sqlite_master WHERE name = 'texts' OR type = 'trigger' ORDER BY rowid")
            )
        ).scalars()
    assert sorted(made) == sorted((TABLE, *TRIGGERS))


async def test_what_was_stored_before_there_was_an_index_is_entered(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An upgrade finds all that was applied, in its order, and gives numbers; what never began stays out."""
    with monkeypatch.context() as earlier:
        earlier.setattr("bot.storage.migrating.upgrade", partial(migrating.upgrade, to="0018"))
        async with open_database(url):
            pass
    with closing(sqlite3.connect(Path(url.removeprefix("sqlite:///")))) as database, database:
        for number, guild_id in ((1, 7), (2, 7), (3, 8)):
            at = f"2026-01-0{number} 00:00:00.000000"
            database.execute(
                "INSERT INTO broadcasts (id, guild_id, channel_id, host_id, prompt, portrait, state,"
                " requested_at) VALUES (?, ?, 1, 2, 'A cat', 0, 'ended', ?)",
                (f"b{number}", guild_id, at),
            )
            database.execute(
                "INSERT INTO streams (id, service_id, broadcast_id, prompt, portrait, state, started_at)"
                " VALUES (?, ?, ?, 'A cat', 0, 'ended', ?)",
                (f"own{number}", None if number == 3 else f"s{number}", f"b{number}", at),
            )
            for outcome in ("acknowledged", "refused"):
                database.execute(
                    "INSERT INTO suggestions (id, broadcast_id, viewer_id, prompt, outcome, suggested_at)"
                    " VALUES (?, ?, 5, ?, ?, ?)",
                    (f"{number} {outcome}", f"b{number}", f"{outcome} snow", outcome, at),
                )
    async with open_database(url) as opened:
        history = DatabaseHistory(opened)
        for typed, expected in (("snow", [2, 1]), ("cat", [2, 1]), ("refused", []), ("", [2, 1])):
            page = await history.past_broadcasts(7, wanted=Wanted(typed), limit=5)
            assert [past.number for past in page.broadcasts] == expected
        assert (await history.past_broadcasts(8, limit=5)).total == 0


def _filled_anew(connection: Connection) -> None:
    connection.exec_driver_sql("DELETE FROM texts")
    connection.exec_driver_sql("DELETE FROM guild_numbers")
    fill(connection)

"""What was sent when, by whom, and what became of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.broadcast.history import PastBroadcast, PastStream
from bot.broadcast.kept_files import FileKind
from bot.broadcast.model import Broadcast, Channel, Recording, Refusal, Stream, Suggestion, Viewer
from bot.broadcast.recordings.archive import ArchiveTrouble
from bot.broadcast.recordings.events import LoggedInteraction
from bot.broadcast.recordings.timeline import timeline_of
from bot.broadcast.states import State
from bot.broadcast.telling.listeners import Listeners
from tests.broadcast.fakes import SteppedClock
from tests.support.recorded import Recorded

NOW = datetime(2026, 8, 1, 20, 0, tzinfo=UTC)
MIKA, ROBIN = Viewer(3, "Mika"), Viewer(4, "Robin")
BROADCAST = Broadcast("b", Channel(1, 2), MIKA, "A lake", False, NOW, State.ENDED, live_at=NOW)


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def stream(number: int, begins_s: float, length_s: float | None = 100.0) -> PastStream:
    begun_at, name = at(begins_s), f"s{number}"
    begun = Stream(name, "b", f"Scene {number}", False, begun_at, begun_at, number, name, at(begins_s + 90))
    return PastStream(begun, has_recording=length_s is not None, duration_s=length_s)


def sent(
    name: str, stream_id: str, sent_s: float, who: Viewer = ROBIN, applied: str | None = "Scene: it"
) -> Suggestion:
    suggestion = Suggestion(name, "b", who, name, at(0)).sent(stream_id, at(sent_s))
    if applied is None:
        return suggestion.refused(Refusal.SERVICE_REFUSED, at(sent_s + 1))
    return suggestion.acknowledged(applied, at(sent_s + 1))


THREE = PastBroadcast(BROADCAST, (stream(1, 0), stream(2, 100, None), stream(3, 200, 50.0)))


def test_the_log_says_when_and_our_own_times_where_it_does_not() -> None:
    """Each idea once, with who asked; what only the log knows is nobody's."""
    logs = {
        "s1": [
            LoggedInteraction(10.25, "snow", "Scene: it"),
            LoggedInteraction(40.0, "a word of the bot's", "Scene: that"),
        ]
    }
    asked = [sent("snow", "s1", 9), sent("a whale", "s1", 20), sent("rain", "s3", 210)]
    timeline = timeline_of(THREE, asked, logs, {})
    shown = [(each.in_all_s, each.said, [who.name for who in each.by]) for each in timeline.moments]
    assert shown == [
        (10.25, "snow", ["Robin"]),
        (21.0, "a whale", ["Robin"]),
        (40.0, "a word of the bot's", []),
        (111.0, "rain", ["Robin"]),
    ]
    assert [(each.number, each.begins_s) for each in timeline.chapters] == [(1, 0.0), (2, None), (3, 100.0)]
    assert timeline.length_s == 150.0


def test_the_same_words_twice_are_two_moments() -> None:
    """Each with its own entry of the log, in their order."""
    logs = {"s1": [LoggedInteraction(10, "snow", None), LoggedInteraction(50, "snow", None)]}
    timeline = timeline_of(THREE, [sent("snow", "s1", 49, MIKA), sent("snow", "s1", 9)], logs, {})
    assert [(each.in_all_s, each.by[0].name) for each in timeline.moments] == [(10, "Robin"), (50, "Mika")]


def test_what_was_sent_for_several_is_one_moment() -> None:
    """Of all who asked; somebody who asked twice is one."""
    together = [sent("snow", "s1", 9), sent("some snow", "s1", 9, MIKA), sent("snow!", "s1", 9)]
    [moment] = timeline_of(THREE, together, {}, {}).moments
    assert {who.name for who in moment.by} == {"Robin", "Mika"}
    assert len(moment.by) == 2


def test_what_was_not_taken_is_said() -> None:
    """It has no words of the service's, and takes no entry of the log."""
    logs = {"s1": [LoggedInteraction(30, "snow", "Scene: snow")]}
    timeline = timeline_of(THREE, [sent("snow", "s1", 9, applied=None), sent("snow", "s1", 29)], logs, {})
    assert [(each.in_all_s, each.made) for each in timeline.moments] == [(10.0, None), (30, "Scene: it")]


def test_moments_stay_within_their_stream() -> None:
    """Whatever clocks and logs say; of a stream without a recording there is nowhere to jump."""
    logs = {"s3": [LoggedInteraction(5000, "late", None)]}
    early = sent("early", "s1", -20)
    timeline = timeline_of(THREE, [early, sent("unseen", "s2", 120)], logs, {})
    assert [(each.said, each.in_all_s) for each in timeline.moments] == [
        ("early", 0.0),
        ("unseen", None),
        ("late", 150.0),
    ]


def test_a_film_says_itself_where_its_streams_begin() -> None:
    """One that is not in it has no place."""
    chapters = timeline_of(THREE, [], {}, {"s1": 0.0}).chapters
    assert [each.begins_s for each in chapters] == [0.0, None, None]


async def test_logs_are_read_once_from_the_archive_or_the_service() -> None:
    """An archive that is away is asked again; the log does not come in between."""
    clock, fetched = SteppedClock(), []
    recorded = Recorded(clock)
    past = replace(THREE, streams=THREE.streams[:1])
    await recorded.add(past)
    line = b'{"timestamp_ms": 7000, "type": "interaction", "prompt": "snow"}\n'
    recorded.keep(past, FileKind.EVENTS, line, past.streams[0].stream)
    past = recorded.past["b"]

    async def fetch(stream: Stream) -> Recording:
        fetched.append(stream.id)
        return Recording(NOW, "http://x.test/v", events_url="http://x.test/e")

    async def fetch_file(url: str) -> bytes:
        return line.replace(b"snow", b"hail")

    timelines = recorded.sources(Listeners[Stream](), fetch, fetch_file).timelines
    recorded.archive.trouble = ArchiveTrouble.AWAY
    assert (await timelines.of(past)).moments == ()
    recorded.archive.trouble = None
    for _ in range(2):
        assert [each.said for each in (await timelines.of(past)).moments] == ["snow"]
    assert fetched == []
    anew = recorded.sources(Listeners[Stream](), fetch, fetch_file).timelines
    assert {each.said for each in (await anew.of(THREE)).moments} == {"hail"}
    assert fetched == ["s1", "s3"]

"""The streams of a broadcast in one playlist."""

import itertools
import math

import pytest

from bot.web.playlist.joined import JoinedPlaylist
from bot.web.playlist.stream import KEPT_S
from tests.web.playlist.service import Player, Seen, Stream, gone, media, step

LENGTH_S, BESIDE_S = 20.0, 7.0


def relay(count: int, *, beside_s: float = BESIDE_S, **traits: float | bool) -> list[Stream]:
    """Streams of some length, each of which begins before the one before it ends (or after that)."""
    pace_s = LENGTH_S - beside_s
    return [
        Stream(f"s{number}", number * pace_s, number * pace_s + LENGTH_S, **traits)  # type: ignore[arg-type]
        for number in range(count)
    ]


def watch(
    streams: list[Stream], *, every_s: float, on_air_after_s: float = 3.0
) -> tuple[Player, list[float]]:
    """A whole broadcast as a player sees it who asks every so often; and how far behind live the end of the
    playlist was each time."""
    joined, player, behind = JoinedPlaylist(1000), Player(), []
    by_address = {stream.address: stream for stream in streams}
    end = streams[-1].ended + streams[-1].behind_s
    now = every_s
    while not player.is_ended:
        for number, stream in enumerate(streams, 1):
            if now >= stream.began + 3:
                joined.follow("b", number, stream.address, now)
        listed = player.read(step(joined, by_address, now, is_over=now > streams[-1].ended))
        if listed and now < end:
            behind.append(now - listed[-1].ended)
        now += every_s
        assert now < end + 20, "it comes to its end"
    return player, behind


def steps_between(segments: list[Seen]) -> list[float]:
    """From each segment to the next: what is missing between them, in seconds; less than 0 is seen twice."""
    return [after.began - before.ended for before, after in itertools.pairwise(segments)]


@pytest.mark.parametrize("every_s", [1.0, 1.7, 4.0])
@pytest.mark.parametrize("is_dated", [True, False])
@pytest.mark.parametrize("beside_s", [3.5, 7.0, 9.3])
def test_each_stream_goes_on_where_the_one_before_it_ended(
    every_s: float, is_dated: bool, beside_s: float
) -> None:
    """Over ten seams: what streams have in common is left out, to the nearest segment (or two, where nobody
    asked often, and the service tells no times), so the end of the playlist does not fall behind; a cut
    stands at each seam, and nowhere else; a segment keeps its number."""
    player, behind = watch(relay(11, beside_s=beside_s, is_dated=is_dated, behind_s=5.0), every_s=every_s)
    played = player.played
    assert [name for name, _ in itertools.groupby(seen.stream for seen in played)] == [
        f"s{number}" for number in range(11)
    ]
    for before, after in itertools.pairwise(played):
        assert after.cuts - before.cuts == (before.stream != after.stream)
    assert max(map(abs, steps_between(played))) <= (1.01 if is_dated else 1.01 + every_s / 2)
    first, last = behind[: len(behind) // 4], behind[-len(behind) // 4 :]
    assert max(last) - max(first) < 2.1, "no further behind at the end than in the beginning"
    assert player.is_ended
    assert played[-1].ended == pytest.approx(relay(11, beside_s=beside_s)[-1].ended)


def test_a_gap_between_two_streams_is_a_cut_and_no_more() -> None:
    """A stream on the same connection, or after a break: all of it is listed, from its first segment."""
    player, _ = watch(relay(4, beside_s=-4.0, behind_s=5.0), every_s=1.0)
    assert steps_between(player.played).count(4.0) == 3
    assert {step for step in steps_between(player.played) if step != 4.0} == {0.0}


def test_the_playlist_is_as_long_as_the_service_s_and_never_shorter_than_three_target_durations() -> None:
    """So what it lists can still be had (RFC 8216, 6.2.2). However long the service's is, it is bounded."""
    for listed, least_s, most_s in ((8, 16, 18), (2, 6, 8), (100, KEPT_S, KEPT_S + 2)):
        stream = Stream("s", 0.0, listed=listed)
        joined = JoinedPlaylist(0)
        joined.follow("b", 1, stream.address, 1.0)
        for now in range(1, 100, 3):
            text = step(joined, {stream.address: stream}, float(now))
        length_s = sum(float(line[8:-1]) for line in text.splitlines() if line.startswith("#EXTINF"))
        assert least_s <= length_s <= most_s


def test_a_stream_without_a_playlist_between_two_with_one() -> None:
    """What came before it is played to its end; then nothing comes, until the next one's is there."""
    first, third = Stream("s1", 0.0, 10.0), Stream("s3", 25.0, 40.0)
    streams = {first.address: first, third.address: third}
    joined, player = JoinedPlaylist(0), Player()
    for now in range(1, 50):
        joined.follow("b", 1, first.address, now)
        if now > 12:
            joined.follow("b", 2, None, now)
        if now > 27:
            joined.follow("b", 3, third.address, now)
        player.read(step(joined, streams, now, is_over=now > 41))
    assert [seen.stream for seen in player.played] == ["s1"] * 5 + ["s3"] * 8
    assert player.is_ended


@pytest.mark.parametrize("is_dated", [True, False])
@pytest.mark.parametrize("goes_on", [True, False])
def test_the_next_stream_has_the_same_address(is_dated: bool, goes_on: bool) -> None:
    """Whether it counts on or begins at 0 again: all of it comes, once, behind a cut."""
    one = Stream("s", 0.0, 11.0, is_dated=is_dated)
    two = Stream("s", 14.0, 40.0, is_dated=is_dated, first=6 if goes_on else 0)
    joined, player = JoinedPlaylist(0), Player()
    for now in range(1, 50):
        joined.follow("b", 1, one.address, now)
        if now > 13:
            joined.follow("b", 2, two.address, now)
        player.read(step(joined, {one.address: one if now < 16 else two}, now, is_over=now > 41))
    assert [seen.began for seen in player.played] == [0, 2, 4, 6, 8, 10, *range(14, 40, 2)]
    assert [seen.cuts for seen in player.played] == [0] * 6 + [1] * 13


def test_the_same_address_again_while_nobody_looked() -> None:
    """By then it has more segments than the stream before had, under the same numbers."""
    one, two = Stream("s", 0.0, listed=100), Stream("s", 14.0, listed=100)
    joined, player = JoinedPlaylist(0), Player()
    joined.follow("b", 1, one.address, 10)
    player.read(step(joined, {one.address: one}, 10))
    joined.follow("b", 2, two.address, 30)
    player.read(step(joined, {one.address: two}, 30))
    assert [seen.began for seen in player.played] == [0, 2, 4, 6, 8, 14, 16, 18, 20, 22, 24, 26, 28]
    assert [seen.cuts for seen in player.played] == [0] * 5 + [1] * 8


def test_the_same_address_again_with_the_same_names() -> None:
    """Where not even a segment's name or time is another, the numbers tell after a few readings."""
    text = Stream("s", 0.0).playlist(17.0)
    again = [Stream("s", 0.0).playlist(at) for at in (2.0, 4.0, 6.0, 8.0)]
    joined = JoinedPlaylist(0)
    joined.follow("b", 1, "https://cdn.example/s", 0)
    (stream,) = joined.streams
    for now, reading in enumerate([text, *again], 20):
        assert reading
        stream.read(media(reading), now)
        joined.advance(now, is_over=False)
    assert Player().read(joined.text())[-1].began == 6.0


def test_an_old_playlist_out_of_a_cache_changes_nothing() -> None:
    """Now and then one of the service's machines is a little behind."""
    stream = Stream("s", 0.0)
    joined, player = JoinedPlaylist(0), Player()
    joined.follow("b", 1, stream.address, 0)
    for now in range(2, 60):
        if text := stream.playlist(now - (4.0 if now % 3 == 0 else 0.0)):
            joined.streams[0].read(media(text, stream.address), now)
        joined.advance(now, is_over=False)
        player.read(joined.text())
    assert player.played
    assert set(steps_between(player.played)) == {0.0}
    assert {seen.cuts for seen in player.played} == {0}


def test_addresses_that_are_signed_anew_for_each_reading_are_the_same_segments() -> None:
    """Their queries differ, or even their paths: the numbers count."""
    stream = Stream("s", 0.0)
    joined, player = JoinedPlaylist(0), Player()
    joined.follow("b", 1, stream.address, 0)
    for now in range(2, 30):
        text = stream.playlist(now)
        assert text
        joined.streams[0].read(
            media(text.replace(".m4s", f".m4s?sig={now}").replace("\n0", f"\n{now}/0")), now
        )
        joined.advance(now, is_over=False)
        assert len(joined.text().split("#EXTINF")) <= 10
    player.read(joined.text())
    assert {seen.cuts for seen in player.played} == {0}


def test_a_stream_that_jumps_goes_on_behind_a_cut() -> None:
    """Nobody asked for a minute, or the service left numbers out."""
    stream = Stream("s", 0.0)
    joined, player = JoinedPlaylist(0), Player()
    joined.follow("b", 1, stream.address, 0)
    for now in (10.0, 11.0, 100.0, 102.0):
        player.read(step(joined, {stream.address: stream}, now))
    steps = steps_between(player.played)
    assert [gap for gap in steps if gap] == [84 - 10]
    assert {seen.cuts for seen in player.played} == {0, 1}


def test_a_stream_that_falls_silent_is_not_waited_for_once_another_follows() -> None:
    """It says neither ENDLIST nor 404: after a while nothing more is expected. One 404 is a mishap."""
    silent, following = Stream("s1", 0.0), Stream("s2", 20.0, 60.0)
    streams = {silent.address: silent, following.address: following}
    joined, player = JoinedPlaylist(0), Player()
    joined.follow("b", 1, silent.address, 0)
    for now in range(1, 40):
        if now == 8:
            joined.streams[0].refused()
        if now == 23:
            joined.follow("b", 2, following.address, now)
        for stream in joined.streams:
            if text := streams[stream.address].playlist(
                min(now, 22) if stream.address == silent.address else now
            ):
                stream.read(media(text, stream.address), now)
        joined.advance(now, is_over=False)
        player.read(joined.text())
        if now == 25:
            assert {seen.stream for seen in player.played} == {"s1"}
    assert player.played[-1].stream == "s2"
    assert max(map(abs, steps_between(player.played))) <= 2.1


def test_a_playlist_that_is_taken_away_is_the_end_of_its_stream() -> None:
    """404 at once, and never ENDLIST: the next stream's segments go on where those end that were read."""
    one, two = Stream("s1", 0.0), Stream("s2", 12.0)
    streams = {one.address: one, two.address: two}
    joined, player = JoinedPlaylist(0), Player()
    joined.follow("b", 1, one.address, 0)
    for now in range(1, 40):
        if now == 15:
            joined.follow("b", 2, two.address, now)
        if now == 21:
            one.began = now + 100.0  # it has no segment any more
        player.read(step(joined, streams, now))
        if now > 21:
            assert player.played[-1].ended > now - 2.1
    assert set(steps_between(player.played)) == {0.0}


def test_a_stream_that_never_ends_gives_way() -> None:
    """A playlist that goes on and on, long after another stream is on air."""
    endless, following = Stream("s1", 0.0), Stream("s2", 20.0)
    streams = {endless.address: endless, following.address: following}
    joined, player = JoinedPlaylist(0), Player()
    joined.follow("b", 1, endless.address, 0)
    for now in range(1, 80):
        if now == 24:
            joined.follow("b", 2, following.address, now)
        player.read(step(joined, streams, now))
    assert player.played[-1].stream == "s2"
    assert max(map(abs, steps_between(player.played))) <= 2.1


def test_a_stream_s_clock_that_is_wrong_leaves_nothing_out() -> None:
    """Times that the readings contradict are not believed: years before the stream it follows, say."""
    one, two = Stream("s1", 0.0, 20.0, is_dated=True), Stream("s2", 14.0, 40.0, is_dated=True)
    joined, player = JoinedPlaylist(0), Player()
    for now in range(1, 60):
        joined.follow("b", 1, one.address, now)
        if now > 16:
            joined.follow("b", 2, two.address, now)
        for stream in list(joined.streams):
            source = one if stream.address == one.address else two
            if text := source.playlist(now):
                wrong = text.replace("2026-11", "1999-01") if source is two else text
                stream.read(media(wrong, stream.address), now)
        joined.advance(now, is_over=now > 41)
        player.read(joined.text())
    assert [seen.began for seen in player.played if seen.stream == "s2"] == list(range(20, 40, 2))


def test_the_next_broadcast_goes_on_in_the_same_numbers_and_shows_nothing_of_the_one_before() -> None:
    """So a link that stays the same never goes back."""
    one, two = Stream("s1", 0.0, 10.0), Stream("s2", 30.0, 40.0)
    streams = {one.address: one, two.address: two}
    joined, player = JoinedPlaylist(50), Player()
    joined.follow("b1", 1, one.address, 0)
    for now in range(1, 16):
        player.read(step(joined, streams, now, is_over=now > 10))
    assert player.is_ended
    player.is_ended = False
    joined.follow("b2", 1, two.address, 33)
    listed = player.read(step(joined, streams, 34))
    assert [seen.stream for seen in listed] == ["s2", "s2"]
    assert (player.first, listed[0].cuts) == (55, 1)


def test_the_end_comes_when_all_is_listed() -> None:
    """Not with the broadcast's end: viewers are behind. A stream that never says so is not waited for."""
    for ends in (True, False):
        stream, ended_at = Stream("s", 0.0, 20.0, behind_s=8.0), 0
        joined, player = JoinedPlaylist(0), Player()
        joined.follow("b", 1, stream.address, 0)
        for now in range(1, 60):
            for each in joined.streams:
                if text := stream.playlist(now):
                    each.read(media(text if ends else gone(text)), now)
            joined.advance(now, is_over=now > 21)
            player.read(joined.text())
            ended_at = ended_at or (now if player.is_ended else 0)
        assert player.played[-1].ended == 20.0
        assert ended_at == 28 if ends else 28 < ended_at < 28 + 8


def test_a_broadcast_nobody_could_watch() -> None:
    """Nothing is listed, and it says so."""
    joined = JoinedPlaylist(0)
    joined.follow("b", 1, "https://cdn.example/s", 0)
    joined.advance(math.pi, is_over=False)
    assert joined.is_empty

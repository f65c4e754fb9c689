"""What a crash left is read as it stood, and what is too old is closed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.interrupted import Interrupted, Left, MotionLeft
from bot.broadcast.last_moment import LastMoment
from bot.broadcast.model import Broadcast, Channel, Ending, Refusal, Suggestion, Viewer
from bot.broadcast.picture import Picture
from bot.broadcast.sharding import Shard, shard_of
from bot.broadcast.show.resuming import CutOff
from bot.broadcast.states import Reason, State
from bot.storage.recovery import close_unfinished, left_open, left_running
from bot.storage.schema import suggestions, votes
from bot.storage.schema.floors import GO_WITH_IT
from tests.storage.conftest import MIKA, NOW, Store, ended, live_broadcast

ROBIN = Viewer(2**62 + 4, "Robin")
TEN_MINUTES = timedelta(minutes=10)


async def left(store: Store, *, seconds: float = 5) -> list[Interrupted]:
    """Read so many seconds after everything began."""
    return await left_running(store.database, now=NOW + timedelta(seconds=seconds), within=TEN_MINUTES)


async def test_a_broadcast_is_read_as_it_stood(store: Store) -> None:
    """Streams with their sessions, suggestions in their order, votes, approvals, and how it is ruled."""
    broadcast, stream = live_broadcast()
    second = replace(stream, id="own 2", number=2, service_id=None, session="id url")
    moments = [NOW + timedelta(microseconds=each) for each in range(4)]
    ideas = [Suggestion(name, "b", ROBIN, name, at) for name, at in zip("zam", moments, strict=False)]
    urgent = Suggestion("safe", "b", MIKA, "a meadow", moments[-1])
    moment = LastMoment("A cat", ("it snows",), Mode.QUEUE, Picture(b"\xff\xd8", portrait=True))
    journal = store.journal
    journal.save_broadcast(broadcast)
    journal.save_stream(stream)
    journal.save_stream(second)
    for each in ideas:
        journal.save_suggestion(each)
    journal.save_suggestion(urgent, is_urgent=True)
    acknowledged = ideas[1].sent(stream.id, NOW, "it is snowing").acknowledged("It snows", NOW)
    motion = MotionLeft(Mode.DRAW, MIKA, NOW + timedelta(seconds=30), {MIKA.id: True})
    drawn = Picture(b"what somebody drew", portrait=True)
    journal.save_suggestion(acknowledged)
    journal.note_floor("b", Mode.HOST, is_paused=True)
    journal.note_approval("b", "m", NOW)
    journal.note_place("b", "m", 3)
    journal.note_vote("b", ROBIN.id, "z")
    journal.note_vote("b", MIKA.id, None)
    journal.note_ballot("b", NOW + timedelta(seconds=9))
    journal.note_motion("b", motion)
    journal.note_vote_on_mode("b", ROBIN.id, is_for=False)
    journal.note_vote_on_mode("b", 7, is_for=True)
    journal.note_vote_on_mode("b", 7, is_for=None)
    journal.save_handed_in("b", drawn)
    journal.save_signs_of_life(["b"], NOW + timedelta(seconds=2))
    await journal.save_last_moment("b", replace(moment, picture=None), NOW)
    assert (await left(store))[0].handed_in == drawn
    await journal.save_last_moment("b", moment, NOW)
    assert await left(store) == [
        Interrupted(
            broadcast,
            NOW + timedelta(seconds=2),
            Mode.HOST,
            is_paused=True,
            streams=(stream, second),
            suggestions=(
                Left(ideas[0]),
                Left(acknowledged),
                Left(ideas[2], NOW, ballot_place=3),
                Left(urgent, is_urgent=True),
            ),
            votes={ROBIN.id: "z"},
            ballot_closes_at=NOW + timedelta(seconds=9),
            motion=motion._replace(votes={MIKA.id: True, ROBIN.id: False}),
            moment=moment,
            moment_at=NOW,
        )
    ]


async def test_what_was_open_goes_with_its_broadcast(store: Store) -> None:
    """Whether that ends, or is closed after a crash: nobody's vote or picture is kept for longer."""
    for end in ("in order", "after a crash"):
        broadcast, _ = live_broadcast()
        broadcast = replace(broadcast, id=end)
        await store.journal.save_broadcast(broadcast)
        store.journal.note_vote(end, ROBIN.id, "z")
        store.journal.note_motion(end, MotionLeft(Mode.DRAW, MIKA, NOW, {MIKA.id: True}))
        await store.journal.save_handed_in(end, Picture(b"", portrait=True))
        if end == "in order":
            await store.journal.save_broadcast(ended(broadcast))
        else:
            await close_unfinished(store.database, now=NOW, reference="ref")
        with store.database.engine.connect() as connection:
            for table in GO_WITH_IT:
                assert connection.execute(select(table)).all() == [], table.name


async def test_a_vote_that_is_over_takes_its_votes_along(store: Store) -> None:
    """The next one begins with the vote of who asks for it alone."""
    broadcast, _ = live_broadcast()
    await store.journal.save_broadcast(broadcast)
    for motion in (
        MotionLeft(Mode.DRAW, MIKA, NOW, {MIKA.id: True, 7: False}),
        None,
        MotionLeft(Mode.HOST, ROBIN, NOW, {ROBIN.id: True}),
    ):
        store.journal.note_motion("b", motion)
        await store.journal.save_signs_of_life(["b"], NOW)
        assert (await left(store))[0].motion == motion


@pytest.mark.outage("the bot is killed")
async def test_only_what_ran_a_moment_ago_goes_on(store: Store) -> None:
    """In the order in which it was asked for; not what was ending, over, or away for too long."""
    live, _ = live_broadcast()
    later = replace(live, id="a later one", requested_at=NOW + timedelta(seconds=1), state=State.REQUESTED)
    ending = live.moved(State.ENDING, NOW, Ending(Reason.HOST_ENDED, by=MIKA))
    for each in (later, live, replace(ending, id="ending"), replace(ending, id="o", state=State.ENDED)):
        await store.journal.save_broadcast(each)
    assert [each.broadcast.id for each in await left(store)] == ["b", "a later one"]
    await store.journal.save_signs_of_life(["b"], NOW + timedelta(seconds=60))
    just_over = TEN_MINUTES.total_seconds() + 30
    assert [each.broadcast.id for each in await left(store, seconds=just_over)] == ["b"]


async def test_what_goes_on_is_not_closed(store: Store) -> None:
    """Nor anything of it; of what is, the votes go, and what was sent is not known."""
    broadcast, stream = live_broadcast()
    for each in (broadcast, replace(broadcast, id="old")):
        store.journal.save_broadcast(each)
        store.journal.save_stream(replace(stream, id=f"own {each.id}", broadcast_id=each.id, service_id=None))
        waits = Suggestion(f"{each.id} waits", each.id, ROBIN, "snow", NOW)
        store.journal.save_suggestion(waits)
        store.journal.note_vote(each.id, ROBIN.id, waits.id)
        await store.journal.save_suggestion(waits._replace(id=f"{each.id} sent").sent(f"own {each.id}", NOW))
    assert await close_unfinished(store.database, now=NOW, reference="ref", but=["b"]) == ["old"]
    [some] = await left(store)
    assert {each.suggestion.outcome for each in some.suggestions} == {"queued", "sent"}
    assert (some.streams[0].ended_at, some.votes) == (None, {ROBIN.id: "b waits"})
    with store.database.engine.connect() as connection:
        fates = select(suggestions.c.id, suggestions.c.refusal).where(suggestions.c.broadcast_id == "old")
        told = {row.id: row.refusal for row in connection.execute(fates)}
        assert connection.execute(select(votes.c.broadcast_id)).scalars().all() == ["b"]
    assert told == {"old waits": Refusal.INTERRUPTED, "old sent": Refusal.NOT_KNOWN}


@pytest.mark.parametrize("off_air_s", [0, 30])
async def test_to_wait_for_a_stream_is_no_time_on_air(store: Store, off_air_s: float) -> None:
    """Cut off, taken up, in line for a slot, cut off again: off air while it waited, as while it was away."""
    off_air = timedelta(seconds=off_air_s)
    broadcast, stream = live_broadcast()
    was_live = replace(stream, ended_at=NOW + timedelta(seconds=100), end_reason=Reason.INTERRUPTED)
    meant_at = NOW + timedelta(seconds=500)
    meant = replace(stream, id="next", number=2, service_id=None, intended_at=meant_at, started_at=meant_at)
    await store.journal.save_broadcast(replace(broadcast, off_air=off_air))
    for each in (was_live, meant):
        await store.journal.save_stream(each)
    await store.journal.save_signs_of_life(["b"], NOW + timedelta(seconds=510))
    [some] = await left(store, seconds=512)
    await close_unfinished(store.database, now=NOW + timedelta(hours=8), reference="ref")
    closed = await store.history.broadcast("b")
    assert closed
    assert closed.ended_at == NOW + timedelta(seconds=510)
    assert closed.on_air_s == pytest.approx(100 - off_air_s, abs=0.001)
    assert some.on_air_s == pytest.approx(closed.on_air_s, abs=0.001)


async def test_what_was_ending_has_ended_as_it_was_to(store: Store) -> None:
    """By its host, say: that the bot was cut off then is nobody's business."""
    broadcast, stream = live_broadcast()
    ending = broadcast.moved(State.ENDING, NOW, Ending(Reason.HOST_ENDED, by=MIKA))
    await store.journal.save_broadcast(ending)
    await store.journal.save_stream(stream)
    await store.journal.save_suggestion(Suggestion("x", "b", ROBIN, "snow", NOW))
    assert await left(store) == []
    assert await close_unfinished(store.database, now=NOW, reference="ref") == ["b"]
    assert await store.history.broadcast("b") == replace(ending, state=State.ENDED, ended_at=NOW)
    with store.database.engine.connect() as connection:
        refusals = connection.execute(select(suggestions.c.refusal)).scalars().all()
    assert refusals == [Refusal.BROADCAST_ENDED]


@pytest.mark.parametrize(
    ("reason", "state"), [(Reason.HOST_ENDED, State.ENDED), (Reason.INTERNAL, State.FAILED)]
)
async def test_what_was_about_to_end_does_not_go_on(store: Store, reason: Reason, state: State) -> None:
    """As soon as somebody has asked for it: it has ended, for that reason."""
    broadcast, _ = live_broadcast()
    store.journal.save_broadcast(broadcast)
    store.journal.note_ending("b", Ending(reason, by=MIKA))
    await store.journal.save_signs_of_life(["b"], NOW)
    assert await left(store) == []
    assert await close_unfinished(store.database, now=NOW, reference="ref") == ["b"]
    ended = await store.history.broadcast("b")
    assert ended == replace(broadcast, state=state, ended_at=NOW, ending=Ending(reason, by=MIKA))


async def test_every_connection_that_was_open_is_known(store: Store) -> None:
    """Of what ran, was ending or connecting; not of what waited in line, or whose stream is over."""
    live, stream = live_broadcast()
    states = {"live": State.LIVE, "ending": State.ENDING, "over": State.ENDED, "between": State.LIVE}
    for name, state in states.items():
        await store.journal.save_broadcast(_in(live, name, state))
        its = replace(stream, id=name, broadcast_id=name, service_id=name, session=f"of {name}")
        await store.journal.save_stream(
            its if name != "between" else replace(its, ended_at=NOW, end_reason=Reason.CONTINUED)
        )
    for name, state in (("connecting", State.CONNECTING), ("in line", State.REQUESTED)):
        await store.journal.save_broadcast(_in(live, name, state))
    found = await left_open(store.database)
    assert sorted(found, key=str) == sorted(
        [CutOff(NOW, "of live"), CutOff(NOW, "of ending"), CutOff(NOW, None, guild_id=live.channel.guild_id)],
        key=str,
    )


def _in(live: Broadcast, name: str, state: State) -> Broadcast:
    return replace(live, id=name, state=state)


async def test_a_shard_is_read_and_closed_alone(store: Store) -> None:
    """What seems to run in the servers of others runs: nothing of it is touched."""
    broadcast, stream = live_broadcast()
    guild_id = broadcast.channel.guild_id
    ours, others = Shard(shard_of(guild_id, 4), 4), Shard((shard_of(guild_id, 4) + 1) % 4, 4)
    elsewhere = replace(broadcast, id="c", channel=Channel(guild_id + (1 << 22), 5))
    for each in (broadcast, elsewhere):
        its = replace(stream, id=f"of {each.id}", service_id=each.id, broadcast_id=each.id)
        await store.journal.save_broadcast(each)
        await store.journal.save_stream(its)
        await store.journal.save_suggestion(Suggestion(f"in {each.id}", each.id, MIKA, "snow", NOW))
    read = {"now": NOW + timedelta(seconds=5), "within": TEN_MINUTES}
    for shard, name in ((ours, "b"), (others, "c")):
        found = await left_running(store.database, of=shard, **read)  # type: ignore[arg-type]
        assert [each.broadcast.id for each in found] == [name]
        assert len(await left_open(store.database, of=shard)) == 1
    assert await close_unfinished(store.database, now=NOW, reference="ref", of=ours) == ["b"]
    [still] = await left(store)
    assert (still.broadcast.id, [s.ended_at for s in still.streams]) == ("c", [None])
    assert [each.suggestion.settled_at for each in still.suggestions] == [None]
    assert {key.partition(":")[0] for key in await store.owed()} == {"recording", "recordings"}

"""What is shown of a broadcast: one value, as plain as can be."""

import asyncio
import pickle
from dataclasses import replace
from datetime import timedelta

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.errors import WorldError
from bot.broadcast.model import Ending, Spectating
from bot.broadcast.picture import Picture
from bot.broadcast.show.session import BroadcastSession
from bot.broadcast.show.view import BroadcastView
from bot.broadcast.states import Reason
from tests.broadcast.conftest import MIKA, ROBIN, Rig, start

TOKEN = "spectator-secret"


async def everything_shown(rig: Rig) -> BroadcastSession:
    """A broadcast of which all is to be seen that there is: Robin's idea in force, a ballot, a motion."""
    session = await rig.start()
    await (await session.floor.suggest(ROBIN, "snow")).settled
    session.floor.switch(Mode.VOTE)
    rig.world.may_answer.clear()  # so that nothing more is settled
    for prompt in ("an owl", "a whale", "a storm"):
        await session.floor.suggest(MIKA, prompt)
    while not rig.world.in_flight:  # the owl is chosen
        await asyncio.sleep(0)
    session.floor.vote(ROBIN, session.view.floor.candidates[0].suggestion.id)
    session.floor.call_vote(Mode.HOST, ROBIN)
    assert rig.world.events
    rig.world.events.pictured(Picture(b"a large picture", portrait=False), b"a picture")
    rig.world.events.spectating(Spectating("https://odyssey.test/whep", TOKEN))
    return session


async def test_a_view_is_a_plain_value(rig: Rig) -> None:
    """It goes to another process and is the same there; nothing live hangs on it."""
    view = (await everything_shown(rig)).view
    there = pickle.loads(pickle.dumps(view))
    assert (there, hash(there)) == (view, hash(view))
    assert there is not view
    assert replace(view, streams=2) != view
    assert view.last_applied
    assert (view.last_applied.viewer, view.prompt_in_force) == (ROBIN, "snow")
    assert (view.streams, view.is_closing, view.picture) == (1, False, b"a picture")
    assert view.floor.motion
    assert (view.floor.motion.by, view.floor.motion.votes_for) == (ROBIN, 1)
    assert [(each.number, each.votes) for each in view.floor.candidates] == [(1, 1)]
    assert view.floor.waiting_for_a_place == 1


async def test_a_view_says_no_secret(rig: Rig) -> None:
    """Whoever prints one, or logs it, shows neither the token nor a picture."""
    view = (await everything_shown(rig)).view
    assert view.spectating
    assert view.spectating.spectator_token == TOKEN
    for secret in (TOKEN, "odyssey.test", "a picture"):
        assert secret not in repr(view)


async def test_a_view_is_made_once_for_all_and_anew_after_each_change(rig: Rig) -> None:
    """Many who draw are no more work than one; and what one has drawn stays as it was."""
    session = await rig.start()
    before = session.view
    assert session.view is before is rig.broadcasts.view_in(session.broadcast.channel)
    seen: list[BroadcastView] = []
    rig.listeners.listen(lambda _: seen.append(session.view))
    session.floor.pause(paused=True)
    assert (before.floor.is_paused, seen[-1].floor.is_paused) == (False, True)
    session.floor.pause(paused=False)
    assert seen[-1] == before


async def test_what_was_applied_is_counted_with_all_who_asked_for_it(rig: Rig) -> None:
    """As history has it afterwards: who asked for the same is of one idea; what was refused is none."""
    session = await rig.start()
    rig.adopt(gap=timedelta(0))
    for prompt in ("rain", "a dog"):
        if prompt == "a dog":
            rig.world.failing_at["interact"] = WorldError(Reason.STREAM_ERROR)
        await (await session.floor.suggest(ROBIN, prompt)).settled
    session.floor.switch(Mode.VOTE)
    tickets = [await session.floor.suggest(by, "snow") for by in (ROBIN, MIKA)]
    for ticket in tickets:
        await ticket.settled
    assert (session.view.ideas, session.view.people) == (2, 2)
    found = await rig.journal.applied_ideas(session.broadcast.id)
    assert [idea.viewer_ids for idea in found] == [{ROBIN.id}, {ROBIN.id, MIKA.id}]


async def test_an_end_is_seen_as_soon_as_it_is_asked_for(rig: Rig) -> None:
    """Whoever looks next finds it closing, with an empty line, and thanks for how many."""
    rig.world.may_connect.clear()
    session = await start(rig.broadcasts)
    await session.floor.suggest(ROBIN, "snow")
    assert (session.view.is_closing, session.view.floor.waiting, session.view.streams) == (False, 1, 0)
    session.end(Ending(Reason.HOST_ENDED, by=MIKA))
    assert (session.view.is_closing, session.view.floor.waiting) == (True, 0)
    assert session.view.floor.left_in_line == 1


async def test_what_moderators_have_not_seen_is_for_review_only_where_they_decide(rig: Rig) -> None:
    """And there it is no candidate."""
    rig.world.may_connect.clear()
    session = await start(rig.broadcasts)
    await session.floor.suggest(ROBIN, "snow")
    assert (session.view.floor.to_review, len(session.view.floor.candidates)) == ((), 1)
    session.floor.switch(Mode.HOST)
    assert [each.prompt for each in session.view.floor.to_review] == ["snow"]
    assert session.view.floor.candidates == ()

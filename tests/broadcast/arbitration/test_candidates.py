"""Of suggestions that say the same: whose words are sent, what an edit takes along, who counts."""

import pytest

from bot.broadcast.arbitration.arbiter import Arbiter
from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.arbitration.votes import Votes
from bot.broadcast.model import Viewer
from tests.broadcast.arbitration.test_arbitration import NOW, WINDOW_S, arbiter_of, suggestion
from tests.broadcast.conftest import put_in

BOB, CAROL, ALICE, DAN = range(1, 5)
MERGING = [Mode.VOTE, Mode.DRAW]
LANDS = "a huge red dragon lands on the old stone tower at night in deep snow"


def candidates_of(arbiter: Arbiter) -> list[tuple[str, list[str], int]]:
    """What is to be seen: the words, whose suggestions share their fate, and the votes."""
    return [
        (
            candidate.choice.suggestion.prompt,
            [each.id for each in candidate.choice.suggestions],
            candidate.votes,
        )
        for candidate in arbiter.standing().candidates
    ]


@pytest.mark.parametrize("mode", MERGING)
def test_who_wants_the_opposite_is_no_supporter(mode: Mode) -> None:
    """One against two: the two are what most people are for."""
    arbiter = arbiter_of(mode)
    put_in(arbiter.line, suggestion("bob", BOB, "the knight does not kill the king"))
    put_in(arbiter.line, suggestion("carol", CAROL, "the knight does kill the king"))
    put_in(arbiter.line, suggestion("alice", ALICE, "The knight does kill the king!"))
    assert candidates_of(arbiter) == [
        ("the knight does kill the king", ["carol", "alice"], 2),
        ("the knight does not kill the king", ["bob"], 1),
    ]


@pytest.mark.parametrize("mode", MERGING)
def test_the_words_that_most_are_for_are_shown_and_sent(mode: Mode) -> None:
    """Be it by their votes, or because they say it in just these words; not those that came first."""
    arbiter = arbiter_of(mode)
    put_in(arbiter.line, suggestion("bob", BOB, "a huge dargon"))
    put_in(arbiter.line, suggestion("carol", CAROL, "a huge dragon"))
    assert candidates_of(arbiter) == [("a huge dargon", ["bob", "carol"], 2)], "of equals, the earliest"
    arbiter.line.vote(Viewer(DAN, "Dan"), "carol")
    assert candidates_of(arbiter) == [("a huge dragon", ["carol", "bob"], 3)]
    arbiter.line.remove("carol")
    put_in(arbiter.line, suggestion("carol again", CAROL, "a huge dragon"))
    put_in(arbiter.line, suggestion("alice", ALICE, "A huge dragon"))
    assert candidates_of(arbiter) == [("a huge dragon", ["carol again", "bob", "alice"], 3)]
    arbiter.take_next(NOW)
    choice = arbiter.take_next(NOW + WINDOW_S) if mode is Mode.VOTE else None
    assert choice is None or choice.suggestion.id == "carol again"
    assert not len(arbiter.line), "all leave together"


@pytest.mark.parametrize("mode", MERGING)
def test_an_edit_to_other_words_takes_no_votes_along(mode: Mode) -> None:
    """Neither those that were given to it, nor those that came because others said the same."""
    arbiter = arbiter_of(mode)
    put_in(arbiter.line, suggestion("bob", BOB, LANDS))
    put_in(arbiter.line, suggestion("carol", CAROL, LANDS.upper()))
    arbiter.line.vote(Viewer(DAN, "Dan"), "bob")
    arbiter.line.revise("bob", LANDS.replace("lands", "burns"))
    assert candidates_of(arbiter) == [
        (LANDS.upper(), ["carol"], 1),
        (LANDS.replace("lands", "burns"), ["bob"], 1),
    ]


@pytest.mark.parametrize("mode", MERGING)
def test_who_edits_comes_into_a_group_as_the_latest(mode: Mode) -> None:
    """A placeholder that came first does not become the words that others are for."""
    arbiter = arbiter_of(mode)
    put_in(arbiter.line, suggestion("bob", BOB, "qqq placeholder"))
    put_in(arbiter.line, suggestion("carol", CAROL, "a huge dragon"))
    arbiter.line.revise("bob", "a huge dargon")
    assert candidates_of(arbiter) == [("a huge dragon", ["carol", "bob"], 2)]
    put_in(arbiter.line, suggestion("dan", DAN, "an owl"))
    arbiter.line.revise("carol", "a whale")
    arbiter.line.revise("bob", "a cat")
    assert [words for words, _, _ in candidates_of(arbiter)] == ["an owl", "a whale", "a cat"]
    assert [waiting.id for waiting in arbiter.line] == ["bob", "carol", "dan"], (
        "whose turn it is does not change"
    )


@pytest.mark.parametrize("voted_for", ["own", "other"])
def test_an_edit_moves_no_vote_of_its_author(voted_for: str) -> None:
    """Whoever was for their own suggestion is for its new words; whoever was for another one still is."""
    arbiter = arbiter_of(Mode.VOTE)
    put_in(arbiter.line, suggestion("own", BOB, "a cat"))
    put_in(arbiter.line, suggestion("other", CAROL, "an owl"))
    arbiter.line.vote(Viewer(BOB, "Bob"), voted_for)
    arbiter.line.revise("own", "a whale")
    own = 1 if voted_for == "own" else 0
    assert sorted(candidates_of(arbiter)) == [("a whale", ["own"], own), ("an owl", ["other"], 2 - own)]


def test_in_a_draw_nobody_counts_twice_for_the_same() -> None:
    """Whoever says it three times has one chance, and who is for it besides adds theirs."""
    arbiter = arbiter_of(Mode.DRAW)
    for number, words in enumerate(["a cat jumps", "A cat jumps!", "cats jumping"]):
        put_in(arbiter.line, suggestion(f"bob{number}", BOB, words))
    put_in(arbiter.line, suggestion("carol", CAROL, "the cat jumps"))
    arbiter.line.vote(Viewer(DAN, "Dan"), "bob2")
    assert [votes for _, _, votes in candidates_of(arbiter)] == [3]


@pytest.mark.parametrize("mode", MERGING)
def test_a_number_on_the_panel_keeps_its_meaning(mode: Mode) -> None:
    """Whatever people vote, and whose words lead: the candidates' places are as they came."""
    arbiter = arbiter_of(mode)
    for name, words in [("bob", "a huge dargon"), ("dan", "an owl"), ("carol", "a huge dragon")]:
        put_in(arbiter.line, suggestion(name, len(name) + len(words), words))
    arbiter.line.vote(Viewer(50, "V"), "carol")
    assert [(each.choice.suggestion.id, each.place) for each in arbiter.standing().candidates] == [
        ("carol", 1),
        ("dan", 2),
    ]


def test_cleared_votes_are_gone_from_both_sides() -> None:
    """Nothing is counted for what nobody is for any more, and everyone may vote anew."""
    votes = Votes()
    votes.cast(BOB, "cat")
    votes.clear()
    assert (votes.count("cat"), votes.choice_of(BOB), set(votes.voters_of("cat"))) == (0, None, set())
    votes.cast(BOB, "owl")
    assert votes.count("owl") == 1

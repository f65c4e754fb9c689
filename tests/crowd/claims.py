"""What each sentence that a person is told says, and whether it was so.

A sentence that is not known here is a fault of its own: teach it, with what makes it true.
"""

import re
from collections.abc import Callable

from bot.broadcast.arbitration.policy import Mode
from cogs.wording.text import plain
from tests.crowd.case import Case
from tests.crowd.truth import Moment

ENTERING = 10
"""Suggestions that have their turn, and are about to be stored: nobody sees those yet."""
Holds = Callable[[Case, re.Match[str]], bool]

_WHY = {
    "service_refused": "turned it down",
    "not_acknowledged": "did not confirm it in time",
    "connection_lost": "connection to Odyssey was lost",
    "stale": "waited for too long",
    "moderator_refused": "moderator refused it",
    "not_known": "cut off after it had been sent",
}


def _applied(case: Case, told: re.Match[str]) -> bool:
    fate = case.fate
    return bool(
        fate and fate.outcome == "acknowledged" and told["words"] == plain(fate.applied or fate.prompt)
    )


def _withdrawn(case: Case, told: re.Match[str]) -> bool:
    return bool(case.fate and case.fate.refusal == "withdrawn" and told["words"] == _short(case.fate.prompt))


def _not_applied(case: Case, told: re.Match[str]) -> bool:
    fate = case.fate
    if not fate or fate.outcome != "refused" or told["words"] != _short(fate.prompt):
        return False
    return _WHY.get(fate.refusal or "", "?") in told["why"]


def _ended(case: Case, told: re.Match[str]) -> bool:
    fate = case.fate
    if not fate or fate.refusal != "broadcast_ended" or told["words"] != _short(fate.prompt):
        return False
    return bool(fate.sent_at) is (told["late"] == "Odyssey had confirmed")


def _not_taken(case: Case, _: re.Match[str]) -> bool:
    """Some words of it were not: it is not there, or it has others."""
    return bool(case.said and any(not case.fate or case.fate.prompt != words for words in case.said.prompts))


def _repeated(case: Case, told: re.Match[str]) -> bool:
    words = {each.casefold() for each in case.said.prompts} if case.said else set()
    return _not_taken(case, told) and not words.isdisjoint(case.truth.said)


def _too_many(case: Case, told: re.Match[str]) -> bool:
    """What has its room and is about to be stored counts too: so many of theirs came at least."""
    return _not_taken(case, told) and case.truth.authors.count(case.person.user.id) >= int(told["limit"])


def _full(case: Case, told: re.Match[str]) -> bool:
    """The same, of everybody's."""
    return _not_taken(case, told) and len(case.truth.authors) >= int(told["limit"])


def _over(case: Case, _: re.Match[str]) -> bool:
    return not case.fate and case.ever(lambda moment: moment.is_over)


def _is_over(case: Case, _: re.Match[str]) -> bool:
    return case.ever(lambda moment: moment.is_over)


def _next(case: Case, _: re.Match[str]) -> bool:
    return case.ever(lambda moment: bool(moment.up) and case.own_id in moment.up[0])


def _number(case: Case, told: re.Match[str]) -> bool:
    """Those before it may be about to be stored, too."""
    number = int(told["place"])

    def holds(moment: Moment) -> bool:
        before = moment.up[max(0, number - 1 - ENTERING) : number]
        return any(case.own_id in one for one in before)

    return case.ever(holds)


def _on_its_way(case: Case, _: re.Match[str]) -> bool:
    return case.ever(lambda moment: case.own_id not in moment.waiting)


def _on_ballot(case: Case, told: re.Match[str]) -> bool:
    return case.stays(case.is_on_ballot) and _same(case, told)


def _off_ballot(case: Case, told: re.Match[str]) -> bool:
    def waits(moment: Moment) -> bool:
        return case.own_id in moment.waiting and not case.is_on_ballot(moment)

    def has_share(moment: Moment) -> bool:
        on_it = [moment.waiting[each] for one in moment.ballot.values() for each in one]
        return any(each.viewer.id == case.person.user.id for each in on_it)

    return case.stays(waits) and (told["why"] != "you have your share of it already" or case.ever(has_share))


def _same(case: Case, told: re.Match[str]) -> bool:
    """Whether it is one candidate with others, if that was said."""
    return not told["same"] or case.ever(
        lambda moment: any(case.own_id in one and len(one) > 1 for one in moment.up)
    )


def _in_draw(case: Case, told: re.Match[str]) -> bool:
    def holds(moment: Moment) -> bool:
        return moment.mode is Mode.DRAW and case.own_id in moment.waiting

    return case.stays(holds) and _same(case, told)


def _to_be_reviewed(case: Case, _: re.Match[str]) -> bool:
    return case.stays(lambda moment: moment.mode is Mode.HOST and case.own_id in moment.unseen)


def _approved(case: Case, _: re.Match[str]) -> bool:
    def holds(moment: Moment) -> bool:
        is_seen = case.own_id in moment.waiting and case.own_id not in moment.unseen
        return moment.mode is Mode.HOST and is_seen

    return case.stays(holds)


def _vote_is_for(case: Case, told: re.Match[str]) -> bool:
    number = int(told["number"] or 0)

    def holds(moment: Moment) -> bool:
        choice = moment.waiting.get(moment.votes.get(case.person.user.id, ""))
        if not choice or _short(choice.prompt) != told["words"]:
            return False
        if told["waits"] and any(choice.id in one for one in moment.ballot.values()):
            return False
        return not number or choice.id in moment.ballot.get(number, ())

    return case.ever(holds)


def _vote_won(case: Case, told: re.Match[str]) -> bool:
    """The votes are those of the ballot that it won."""

    def holds(moment: Moment) -> bool:
        chosen = moment.chosen
        if not chosen or all(_short(each.prompt) != told["words"] for each in chosen.suggestions):
            return False
        votes = told.groupdict().get("votes")
        return (votes or "") == (f"{chosen.votes} of {chosen.all_votes}" if chosen.all_votes else "")

    return case.ever(holds)


def _vote_lost(case: Case, told: re.Match[str]) -> bool:
    def holds(moment: Moment) -> bool:
        chosen = moment.chosen
        if not chosen or (chosen.votes, chosen.all_votes) != (int(told["most"]), int(told["all"])):
            return False
        return _short(chosen.suggestion.prompt) == told["won"] and any(
            _short(each.prompt) == told["words"] and lost.votes == int(told["votes"])
            for lost in chosen.lost
            for each in lost.choice.suggestions
        )

    return case.ever(holds)


def _no_vote(case: Case, _: re.Match[str]) -> bool:
    return case.ever(lambda moment: case.person.user.id not in moment.votes)


def _not_in_line(case: Case, _: re.Match[str]) -> bool:
    """That of somebody who voted; or what somebody wanted to withdraw."""
    own = [said.suggestion_id for said in case.person.said]
    return case.ever(lambda moment: any(each not in moment.waiting for each in [*case.person.pressed, *own]))


def _vote_gone(case: Case, _: re.Match[str]) -> bool:
    """That of somebody who wanted to take it back, or was told of it before: then it has changed just now."""
    person, votes = case.person, set[str | None]()

    def holds(moment: Moment) -> bool:
        votes.add(vote := moment.votes.get(person.user.id))
        return len(votes) > 1 or any(each != vote for each in person.let_go)

    return case.ever(holds)


def _waits_for_place(case: Case, _: re.Match[str]) -> bool:
    """That of somebody who voted."""

    def holds(moment: Moment) -> bool:
        off = moment.waiting.keys() - frozenset().union(*moment.ballot.values())
        return any(each in off for each in case.person.pressed)

    return case.ever(holds)


def _votes_are_for_nothing(case: Case, _: re.Match[str]) -> bool:
    return case.ever(lambda moment: moment.mode in (Mode.QUEUE, Mode.HOST))


def _always(_: Case, __: re.Match[str]) -> bool:
    return True


_WORDS = "“(?P<words>.+)”"
_SAME = "(?P<same>, together with another one that says the same)?"
SENTENCES: tuple[tuple[re.Pattern[str], Holds], ...] = tuple(
    (re.compile(pattern), holds)
    for pattern, holds in (
        (r"✅ Applied(?:, in the words of another one that says the same)?: (?P<words>.+)", _applied),
        (r"↩️ You withdrew it: “(?P<words>.+)”\.", _withdrawn),
        (r"❌ Not applied: “(?P<words>.+)”\. (?P<why>.+)", _not_applied),
        (r"❔ Not known whether it was seen: “(?P<words>.+)”\. (?P<why>.+)", _not_applied),
        (r"📨 Taken\. As of now it is next\.", _next),
        (r"📨 Taken\. It is number (?P<place>\d+) in line as of now\.", _number),
        (rf"📨 Taken\. It is on the ballot{_SAME}: the panel has the buttons to vote\.", _on_ballot),
        (r"📨 Taken\. It waits for a place on the ballot: (?P<why>.+)\.", _off_ballot),
        (rf"📨 Taken\. It is in the draw{_SAME}\.", _in_draw),
        (r"📨 Taken\. A moderator will look at it: nothing is sent before\.", _to_be_reviewed),
        (r"📨 Taken\. A moderator approved it: it is sent in its turn\.", _approved),
        (r"📨 Taken\. It is on its way\.", _on_its_way),
        (r"🎬 The broadcast was over before (?P<late>.+) “(?P<words>.+)”\. Thank you .+", _ended),
        (r"-# What becomes of it is shown here\.", _always),
        (r"That suggestion breaks a rule of this server: .+", _not_taken),
        (r"(?:Somebody suggested just that|Just that was suggested a moment ago)\. .+", _repeated),
        (r"(?P<limit>\d+) of your suggestions wait already, .+", _too_many),
        (r"The line is full: (?P<limit>\d+) suggestions wait already\. .+", _full),
        (r"This broadcast is over\. .+|No broadcast is running in this channel\. .+", _over),
        (r"Your earlier words stay in line; .+", _always),
        (rf"🗳️ Your vote is for (?:(?P<number>\d) · )?{_WORDS}(?P<waits>, which waits .+)?\.", _vote_is_for),
        (rf"🏆 Your vote was for {_WORDS}: it won, (?P<votes>\d+ of \d+)\.", _vote_won),
        (rf"✨ Your vote was for {_WORDS}: it was chosen\.", _vote_won),
        (
            rf"🗳️ {_WORDS} has not won: (?P<votes>\d+) of (?P<all>\d+)\."
            r" With (?P<most>\d+), “(?P<won>.+)” has\.",
            _vote_lost,
        ),
        (rf"🎬 Your vote was for {_WORDS}: the broadcast was over .+", _is_over),
        (r"🗳️ You have no vote at the moment\. .+", _no_vote),
        (r"↩️ You took your vote back\.", _no_vote),
        (r"That suggestion is not in line any more: .+", _not_in_line),
        (r"Your vote is not for that any more: .+", _vote_gone),
        (r"That one waits for a place on the ballot\. .+", _waits_for_place),
        (r"Votes do not count just now: .+", _votes_are_for_nothing),
        (r"-# This message can follow it no longer: .+", _always),
        (r"-# https?://\S+", _always),
    )
)


def is_about_votes(words: str) -> bool:
    """Whether a private message is the answer that tells what one's votes are for."""
    signs = "🗳️", "You took your vote back", "Your vote is not for that", "Your vote was for"
    return any(sign in words for sign in signs)


def _short(prompt: str) -> str:
    return plain(prompt, limit=100)

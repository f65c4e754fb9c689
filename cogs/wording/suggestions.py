"""What people read of what they have suggested and voted, and of what became of that."""

from bot.broadcast.arbitration.policy import Choice, Mode, Prospect
from bot.broadcast.model import Outcome, Refusal, Suggestion
from cogs.wording.text import isolated, mode_name, plain

VOTE_ON_MODE_OFF = "🗳️ The vote on the mode is off: nothing comes of it."
NO_VOTE = "🗳️ You have no vote at the moment. Press one of the ballot's buttons to give it."
VOTE_TAKEN_BACK = "↩️ You took your vote back."
VOTE_GONE = (
    "Your vote is not for that any more: it was sent, withdrawn, refused, too old or put in other words, or "
    "you have voted for something else."
)
_REFUSALS = {
    Refusal.SERVICE_REFUSED: "Odyssey turned it down. Please put it in other words.",
    Refusal.NOT_ACKNOWLEDGED: "Odyssey did not confirm it in time. Please suggest it again.",
    Refusal.CONNECTION_LOST: "The connection to Odyssey was lost before it was confirmed.",
    Refusal.PANIC: "A moderator stopped everything for the moment. Please suggest it again later.",
    Refusal.STALE: "It waited for too long. Please suggest it again.",
    Refusal.MUTED: "A moderator has muted you from steering for a while. You can still watch and chat.",
    Refusal.MODERATOR_REFUSED: "A moderator refused it. Please suggest something else.",
    Refusal.INTERRUPTED: "The bot was restarted before its turn came. Please suggest it again.",
    Refusal.NOT_KNOWN: "The bot was cut off after it had been sent. If you do not see it, suggest it again.",
}


def settled_suggestion(suggestion: Suggestion) -> str:
    if suggestion.outcome is Outcome.ACKNOWLEDGED:
        words = ", in the words of another one that says the same" if suggestion.in_others_words else ""
        return f"✅ Applied{words}: {plain(suggestion.applied or suggestion.prompt)}"
    prompt = plain(suggestion.prompt, limit=100)
    if suggestion.refusal is Refusal.WITHDRAWN:
        return f"↩️ You withdrew it: “{prompt}”."
    if suggestion.refusal is Refusal.BROADCAST_ENDED:
        late = "Odyssey had confirmed" if suggestion.sent_at else "it was the turn of"
        return (
            f"🎬 The broadcast was over before {late} “{prompt}”. "
            "Thank you for taking part: you are welcome to suggest it again in the next one."
        )
    is_known = suggestion.refusal is not Refusal.NOT_KNOWN
    sentence = (
        f"❌ Not applied: “{prompt}”. " if is_known else f"❔ Not known whether it was seen: “{prompt}”. "
    )
    sentence += _REFUSALS[suggestion.refusal or Refusal.INTERRUPTED]
    if suggestion.detail:
        sentence += f"\n-# Odyssey says: {plain(suggestion.detail)}"
    return sentence


def simply_refused(refusal: Refusal) -> str:
    """Why a suggestion, or many at once, came to nothing, where everybody may read it."""
    return _REFUSALS[refusal]


def taken_suggestion(prospect: Prospect | None) -> str:
    """Word of a suggestion that was taken, and of what decides about it; None: it has left the line."""
    fate = _fate(prospect) if prospect else "It is on its way."
    return f"📨 Taken. {fate}\n-# What becomes of it is shown here."


def waiting_unfollowed(prospect: Prospect | None) -> str:
    """The last word of a suggestion that waits: Discord lets no answer be changed later."""
    fate = _fate(prospect) if prospect else "It is on its way."
    return f"📨 Taken. {fate}\n-# This message can follow it no longer: what becomes of it is written to you."


def your_vote(number: int | None, prompt: str, *, is_waiting: bool) -> str:
    """What somebody's one vote is for; `number` is what the panel calls it, if it shows it."""
    called = f"{number} · " if number else ""
    waits = ", which waits for a place on the ballot" if is_waiting else ""
    return f"🗳️ Your vote is for {called}{_quoted(prompt)}{waits}."


def vote_won(prompt: str, choice: Choice) -> str:
    """What became of a vote: by a ballot, or in another way."""
    if choice.all_votes:
        return f"🏆 Your vote was for {_quoted(prompt)}: it won, {choice.votes} of {choice.all_votes}."
    return f"✨ Your vote was for {_quoted(prompt)}: it was chosen."


def vote_lost(prompt: str, votes: int, choice: Choice) -> str:
    """The same, where something else won."""
    won = _quoted(choice.suggestion.prompt)
    return f"🗳️ {_quoted(prompt)} has not won: {votes} of {choice.all_votes}. With {choice.votes}, {won} has."


def vote_undecided(prompt: str) -> str:
    """The same, where the broadcast ended first."""
    return f"🎬 Your vote was for {_quoted(prompt)}: the broadcast was over before it was decided."


def vote_on_mode_closed(mode: Mode, votes_for: int, votes_against: int, *, is_carried: bool) -> str:
    how = f"{mode_name(mode)} now" if is_carried else "as before"
    return f"🗳️ The vote on the mode is closed, {votes_for} for, {votes_against} against: it is decided {how}."


def your_vote_on_mode(mode: Mode, *, is_for: bool) -> str:
    return f"🗳️ Your vote is {'for' if is_for else 'against'} it: to decide {mode_name(mode)} from now on."


def _quoted(prompt: str) -> str:
    return f"“{isolated(plain(prompt, 100))}”"


def _fate(prospect: Prospect) -> str:
    same = ", together with another one that says the same" if prospect.is_shared else ""
    match prospect.mode:
        case Mode.QUEUE if prospect.before:
            return f"It is number {prospect.before + 1} in line as of now."
        case Mode.QUEUE:
            return "As of now it is next."
        case Mode.VOTE if prospect.is_up:
            return f"It is on the ballot{same}: the panel has the buttons to vote."
        case Mode.VOTE:
            return f"It waits for a place on the ballot: {_before_a_place(prospect)}."
        case Mode.DRAW:
            return f"It is in the draw{same}."
        case Mode.HOST if prospect.is_up:
            return "A moderator approved it: it is sent in its turn."
        case Mode.HOST:
            return "A moderator will look at it: nothing is sent before."


def _before_a_place(prospect: Prospect) -> str:
    if prospect.waits_for_own:
        return "you have your share of it already"
    if not prospect.before:
        return "it gets the next one that is free"
    return f"{prospect.before} {'is' if prospect.before == 1 else 'are'} before it as of now"

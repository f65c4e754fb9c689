"""What voters read of their own vote."""

from bot.broadcast.arbitration.policy import Mode
from cogs.wording.text import isolated, mode_name, plain

NO_VOTE = "🗳️ You have no vote at the moment. Press one of the ballot's buttons to give it."
VOTE_TAKEN_BACK = "↩️ You took your vote back."
VOTE_GONE = (
    "Your vote is not for that any more: it was sent, withdrawn, refused or put in other words, or you have "
    "voted for something else."
)


def your_vote(number: int | None, prompt: str) -> str:
    """What somebody's one vote is for; `number` is what the panel calls it, if it shows it."""
    called = f"{number} · " if number else ""
    return f"🗳️ Your vote is for {called}“{isolated(plain(prompt, 100))}”."


def your_vote_on_mode(mode: Mode, *, is_for: bool) -> str:
    return f"🗳️ Your vote is {'for' if is_for else 'against'} it: to decide {mode_name(mode)} from now on."

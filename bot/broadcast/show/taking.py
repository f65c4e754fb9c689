"""Whether a prompt is taken by a broadcast, from whom it comes."""

from bot.broadcast import rights
from bot.broadcast.intake.prompts import clean_prompt
from bot.broadcast.model import Suggestion
from bot.broadcast.ports import Ports
from bot.broadcast.rights import Deed, Person
from bot.broadcast.show.session import BroadcastSession


def taken(
    session: BroadcastSession,
    ports: Ports,
    prompt: str,
    by: Person,
    *,
    at: float | None = None,
    revised: Suggestion | None = None,
) -> str:
    """The prompt, clean: new, said now or `at` that steady moment, or for a suggestion that is `revised`.

    Raises EMPTY_PROMPT and what `Intake.check` raises.
    """
    clean, floor = clean_prompt(prompt), session.floor
    ports.intake_of(session.broadcast.channel.guild_id).check(
        by.viewer,
        clean,
        floor.recent,
        typed=prompt,
        may_join=floor.mode.takes_votes,
        is_exempt=rights.may(Deed.BYPASS, by),
        revised=revised,
        at=at,
    )
    return clean

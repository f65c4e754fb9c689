"""How a broadcast stands, in words: on its panel, and for `/odyssey status`."""

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.show.view import BroadcastView
from bot.broadcast.states import State
from cogs.wording import panel as words
from cogs.wording.endings import UNDERSTOOD, ending
from cogs.wording.text import duration, plain, reference_line, waiting_for_review


def title(view: BroadcastView) -> str:
    """What people call the state of a broadcast; the last half minute is called out."""
    is_last_call = view.is_last_call and not view.is_closing
    return f"{_state(view)} · {words.LAST_CALL}" if is_last_call else _state(view)


def status_text(view: BroadcastView) -> str:
    """How a running broadcast stands: what is shown, who hosts, how long it lasts, what is in line."""
    texts = now_text(view), motion_text(view), line_text(view), in_odysseys_words(view)
    return "\n".join(filter(None, texts))


def now_text(view: BroadcastView) -> str:
    """What is shown and by whose idea, who hosts, and how long it lasts."""
    broadcast, applied = view.broadcast, view.last_applied
    lines = [f"> {plain(_asked_for(view))}"]
    if applied and applied.settled_at:
        lines.append(words.suggested_by(applied.viewer, applied.settled_at))
    ends_at = view.ends_at if broadcast.state is State.LIVE else None
    lines.append(f"-# {words.hosted_by(broadcast.host)}{words.ends_at_the_latest(ends_at)}")
    if view.place_in_pool:
        lines.append(words.waits_for_a_stream(view.place_in_pool))
    return "\n".join(lines)


def in_odysseys_words(view: BroadcastView) -> str:
    """What Odyssey made of the prompt in force; empty if it left it as it was."""
    is_reworded = view.prompt_in_force != _asked_for(view)
    return words.in_odysseys_words(view.prompt_in_force) if is_reworded else ""


def motion_text(view: BroadcastView) -> str:
    """Which mode is put to the vote, and how it stands; empty if none is."""
    return words.motion(view.floor.motion) if view.floor.motion else ""


def line_text(view: BroadcastView) -> str:
    """What won, how the candidates stand, and who decides; without any, an invitation, unless paused."""
    floor, to_review = view.floor, len(view.floor.to_review)
    lines = [words.winner(floor.winner)] if floor.winner else []
    if floor.candidates:
        lines.append(words.line_head(floor.mode, floor.waiting - to_review))
        if floor.closes_at:
            lines[-1] += words.closes(floor.closes_at)
    elif not floor.is_paused:
        lines.append(words.invitation(floor.mode))
    all_votes = sum(candidate.votes or 0 for candidate in floor.candidates)
    for candidate in floor.candidates:
        lines.append(words.candidate(candidate))
        if floor.mode is Mode.VOTE:
            lines.append(words.bar(candidate.votes or 0, all_votes))
    if floor.waiting_for_a_place:
        lines.append(f"-# {words.waiting_for_a_place(floor.waiting_for_a_place)}")
    if to_review:
        lines.append(f"-# {waiting_for_review(to_review)}")
    return "\n".join(lines)


def epilogue(view: BroadcastView) -> str:
    """What was shown, by whom, how long, how much came true, and why it is over; thanks for what was left."""
    broadcast, left_in_line = view.broadcast, view.floor.left_in_line
    lines = [f"> {plain(broadcast.prompt)}", words.hosted_by(broadcast.host)]
    if broadcast.on_air_s is not None:
        lines[-1] += f" · {duration(broadcast.on_air_s)}"
    if view.ideas:
        lines.append(words.came_true(view.ideas, view.people))
    if broadcast.ending:
        lines.append(ending(broadcast.ending))
        if broadcast.ending.reference and broadcast.ending.reason not in UNDERSTOOD:
            lines.append(reference_line(broadcast.ending.reference))
    if left_in_line and broadcast.state is not State.FAILED:
        lines.append(words.thanks(left_in_line))
    return "\n".join(lines)


def _asked_for(view: BroadcastView) -> str:
    """The prompt in force, as somebody asked for it."""
    return view.last_applied.prompt if view.last_applied else view.broadcast.prompt


def _state(view: BroadcastView) -> str:
    if view.is_handed_over:
        return words.BACK_SOON
    if view.place_in_pool:
        return words.WAITING_FOR_A_STREAM
    if view.coming_back and not view.is_closing:
        return words.coming_back(view.coming_back)
    return words.state(view.broadcast.state)

"""What is counted as it happens. Whoever does it knows nothing of this: it is heard from those who tell."""

from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram

from bot.broadcast.answers import Answer, Call
from bot.broadcast.model import Broadcast, Outcome, Refusal, Stream, Suggestion
from bot.broadcast.states import Reason
from bot.storage.writer import Try

MOMENTS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
MINUTES_S = (0.005, 0.025, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800)
"""Upper bounds of what is told apart, in seconds: of what takes moments, and of what may take minutes."""


class Counts:
    """Its methods are listeners: quick, since they are called in the middle of everything."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, meaning: str, label: str, values: Iterable[str]) -> dict[str, Counter]:
            made = Counter(name, meaning, [label], registry=registry)
            return {value: made.labels(value) for value in values}

        def times(name: str, meaning: str, bounds: tuple[float, ...] = MOMENTS_S, *labels: str) -> Histogram:
            return Histogram(name, meaning, labels, buckets=bounds, registry=registry)

        self._broadcasts_ended = counter(
            "odyssey_broadcasts_ended", "Broadcasts that are over, by why.", "reason", Reason
        )
        self._streams_started = Counter(
            "odyssey_streams_started", "Streams that the service has begun.", registry=registry
        )
        self._streams_ended = counter(
            "odyssey_streams_ended", "Streams that had begun and are over, by why.", "reason", Reason
        )
        self._settled = counter(
            "odyssey_suggestions_settled",
            "Suggestions, by what became of them: acknowledged, or why they were refused.",
            "outcome",
            (Outcome.ACKNOWLEDGED, *Refusal),
        )
        self._to_wire = times(
            "odyssey_suggestion_to_wire_seconds",
            "From a suggestion to when it was sent to the world: its time in line.",
            MINUTES_S,
        )
        self._acknowledged = times(
            "odyssey_acknowledgement_seconds", "From when a suggestion was sent to its acknowledgement."
        )
        self._answers = Counter(
            "odyssey_service_answers",
            "What the service answered, by what it was asked: good, or why it failed.",
            ["call", "answer"],
            registry=registry,
        )
        answer_times = times(
            "odyssey_service_answer_seconds", "How long good answers of the service took.", MINUTES_S, "call"
        )
        self._answer_times = {call: answer_times.labels(call) for call in Call if call is not Call.BREAK}
        commits = times(
            "odyssey_database_commit_seconds", "Tries to commit, by whether they did.", MOMENTS_S, "outcome"
        )
        self._committed, self._not_committed = commits.labels("committed"), commits.labels("failed")
        self._loop_lag = times(
            "odyssey_event_loop_lag_seconds", "By how much the event loop was late, looked at each second."
        )
        self._heard_as: dict[type, Callable[..., None]] = {
            Suggestion: self._suggestion,
            Stream: self._stream,
            Broadcast: self._broadcast,
        }

    def stored(self, fact: object) -> None:
        """Something was handed to the journal."""
        if hear := self._heard_as.get(type(fact)):
            hear(fact)

    def answered(self, answer: Answer) -> None:
        self._answers.labels(answer.call, answer.failure or "good").inc()
        if answer.failure is None and answer.call in self._answer_times:
            self._answer_times[answer.call].observe(answer.took_s)

    def tried(self, one: Try) -> None:
        (self._not_committed if one.error else self._committed).observe(one.took_s)

    def turned(self, late_s: float) -> None:
        self._loop_lag.observe(late_s)

    def _suggestion(self, suggestion: Suggestion) -> None:
        outcome, sent_at, settled_at = suggestion.outcome, suggestion.sent_at, suggestion.settled_at
        if sent_at and settled_at:
            # By the wall, which steps: what took less than no time took none.
            self._to_wire.observe(max(0.0, (sent_at - suggestion.suggested_at).total_seconds()))
        if outcome is Outcome.ACKNOWLEDGED and sent_at and settled_at:
            self._acknowledged.observe(max(0.0, (settled_at - sent_at).total_seconds()))
            self._settled[outcome].inc()
        elif suggestion.refusal:
            self._settled[suggestion.refusal].inc()

    def _stream(self, stream: Stream) -> None:
        if stream.has_begun and stream.end_reason:
            self._streams_ended[stream.end_reason].inc()
        elif stream.has_begun:
            self._streams_started.inc()

    def _broadcast(self, broadcast: Broadcast) -> None:
        if broadcast.state.is_over and broadcast.ending:
            self._broadcasts_ended[broadcast.ending.reason].inc()

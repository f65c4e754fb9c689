"""What came true in one broadcast."""

from bot.broadcast.interrupted import Interrupted
from bot.broadcast.model import Suggestion, Viewer


class Achieved:
    """The prompt in force, as the service words it, and what was applied before, by how many."""

    def __init__(self, opening: str) -> None:
        self.prompt_in_force = opening
        self.last_applied: Suggestion | None = None
        """What brought that in force; None while it is the opening."""
        self.ideas = 0
        self.people: set[int] = set()
        """Whose ideas they were, by ID."""

    def restore(self, left: Interrupted) -> None:
        """What came true in an earlier run of the bot."""
        for together in left.applied:
            self.took(together[0].applied or together[0].prompt, together)

    def forget(self, person_id: int, nobody: Viewer) -> None:
        """Has nobody in the place of somebody: they count as before."""
        if self.last_applied:
            self.last_applied = self.last_applied.without(person_id, nobody)
        if person_id in self.people:
            self.people = self.people - {person_id} | {nobody.id}

    def took(self, applied: str, settled: list[Suggestion]) -> None:
        """The world has taken these as one, the words of the first."""
        self.prompt_in_force, self.last_applied = applied, settled[0]
        self.ideas += 1
        self.people.update(suggestion.viewer.id for suggestion in settled)

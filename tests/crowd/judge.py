"""Holds all that a crowd was shown against what was true."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

from bot.broadcast.arbitration.policy import Mode
from cogs.wording.panel import WORDS_SHOWN, invitation, line_head
from cogs.wording.text import plain
from tests.crowd.case import Case
from tests.crowd.claims import ENTERING, SENTENCES, is_about_votes
from tests.crowd.ideas import CANDIDATE
from tests.crowd.people import Person, Said
from tests.crowd.seen import Version
from tests.crowd.truth import Fate, Moment, Truth

GRACE_S = 2.0
"""For a message that takes another one's place: until then both may stand."""
_WAITS, _APPLIED, _REFUSED = "📨", "✅", "❌"
_LINK = re.compile(r"/channels/\d+/\d+/(\d+)")
_SHOWN = (re.compile(r"^> (.+)$", re.MULTILINE), CANDIDATE, re.compile(r"'s “(.+)” won: \*\*\d"))
_COUNT = re.compile(r"\*\* · (\d+) in line")
_THANKS = re.compile(r"Thank you for the (?:idea that was|(\d+) ideas that were) still in line")
_CAME_TRUE = re.compile(r"\*\*(\d+) ideas?\*\* from \*\*(\d+) (?:person|people)\*\* came true")
_OFF_BALLOT = re.compile(r"(\d+) more waits? for a place on the ballot")
_TO_REVIEW = re.compile(r"(\d+) waits? for a moderator|Moderate \((\d+)\)")


@dataclass
class Verdict:
    """`false` is what was told and not so, `unknown` what nobody has taught yet; `compared` counts all."""

    compared: int = 0
    false: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    votes_told: int = 0
    """Private messages about votes that stood at the same time before one person, at most."""


class Judge:
    """Judges one broadcast, when all is over. `versions` are those of all messages, by their IDs."""

    def __init__(
        self,
        people: list[Person],
        versions: Mapping[int, list[Version]],
        truth: Truth,
        fates: dict[str, Fate],
    ) -> None:
        self._people = {person.user.id: person for person in people}
        self._versions = versions
        self._truth = truth
        self._fates = fates
        truth.authors = [fate.viewer_id for fate in fates.values()]
        truth.said.update(fate.prompt.casefold() for fate in fates.values())  # also what was sent at once
        self._said = {said.message_id: said for person in people for said in person.said}
        self._verdict = Verdict()
        acknowledged = [fate.prompt for fate in fates.values() if fate.outcome == "acknowledged"]
        self._public = {form(prompt) for prompt in [truth.prompt, *acknowledged] for form in (plain, _line)}
        self._find_suggestions()

    def judged(self) -> Verdict:
        """All of it."""
        for versions in self._of_bot():
            for version in versions:
                if version.to in self._people:
                    self._judge_private(self._people[version.to], version)
                elif version.to is None:
                    self._judge_public(version)
        for said in self._said.values():
            if said.is_chat:
                self._judge_marks(said)
        self._verdict.votes_told = max(map(self._votes_told, self._people), default=0)
        return self._verdict

    def _of_bot(self) -> Iterator[list[Version]]:
        return (each for each in self._versions.values() if each and each[0].message.from_bot)

    def _find_suggestions(self) -> None:
        """Which suggestion came of what was said: a button has its ID, else words and author tell."""
        for message_id, said in self._said.items():
            for version in self._versions.get(message_id, []):
                for button in version.message.buttons:
                    if (button.custom_id or "").startswith("odyssey:withdraw:"):
                        said.suggestion_id = str(button.custom_id).rpartition(":")[2]
        found = {said.suggestion_id for said in self._said.values()}
        for said in self._said.values():
            said.suggestion_id = said.suggestion_id or next(
                (
                    suggestion_id
                    for suggestion_id, author, words in self._proposals()
                    if suggestion_id not in found and author == said.viewer_id and words in said.prompts
                ),
                None,
            )

    def _proposals(self) -> Iterator[tuple[str, int, str]]:
        """All suggestions, with their author and words: as they came, and as they are stored."""
        for seen in self._truth.suggestions.values():
            yield seen.id, seen.viewer.id, seen.prompt
        for fate in self._fates.values():
            yield fate.id, fate.viewer_id, fate.prompt

    def _judge_private(self, person: Person, version: Version) -> None:
        if "Hosted by **" in version.words:
            self._judge_panel(version)  # what `/odyssey status` shows of it
            return
        link = _LINK.search(version.words)
        said = self._said.get(int(link[1]) if link else version.message.id)
        case = Case(self._truth, person, version, said, self._fate_of(said))
        for line in version.words.splitlines():
            self._judge_line(case, line)

    def _judge_line(self, case: Case, line: str) -> None:
        for pattern, holds in SENTENCES:
            if told := pattern.fullmatch(line):
                about = case.fate or (case.said and case.said.prompts)
                self._check(holds(case, told), f"{case.person.user.name} was told {line!r} of {about}")
                return
        self._verdict.unknown.append(line)

    def _judge_public(self, version: Version) -> None:
        reference = (version.message.payload.get("message_reference") or {}).get("message_id")
        if said := self._said.get(int(reference or 0)):
            fate = self._fate_of(said)
            is_true = fate is None or fate.outcome == "refused" or len(said.prompts) > 1
            self._check(is_true, f"everybody was told {version.words!r} of {fate}")
        if thanks := _THANKS.search(version.words):
            left = [each for each in self._fates.values() if each.refusal == "broadcast_ended"]
            waited = sum(not each.sent_at for each in left)
            is_true = abs(int(thanks[1] or 1) - waited) <= ENTERING  # which came at the very end
            self._check(is_true, f"everybody was told {thanks[0]!r} of {waited}")
        if told := _CAME_TRUE.search(version.words):
            applied = [each for each in self._fates.values() if each.outcome == "acknowledged"]
            ideas, people = ({each.sent_at for each in applied}, {each.viewer_id for each in applied})
            is_true = (int(told[1]), int(told[2])) == (len(ideas), len(people))
            self._check(is_true, f"everybody was told {told[0]!r} of {len(ideas)} from {len(people)}")
        if any(button.label == "Suggest" for button in version.message.buttons):
            self._judge_panel(version)

    def _judge_panel(self, version: Version) -> None:
        nobody = next(iter(self._people.values()))
        case = Case(self._truth, nobody, version, None, None)
        for pattern, holds in (
            (_COUNT, _are_in_line),
            (_OFF_BALLOT, _are_off_ballot),
            (_TO_REVIEW, _have_to_review),
        ):
            for told in pattern.finditer(version.message.text):
                count = int(next(filter(None, told.groups())))
                self._check(case.ever(partial(holds, count)), f"the panel said {told[0]!r}")
        said = [mode for mode in Mode if line_head(mode, 0).split(" · ")[0] in version.words]
        said = said or [mode for mode in Mode if invitation(mode) in version.words]
        if not said:
            self._verdict.unknown.append(version.words)
        for mode in said:
            self._check(case.ever(partial(_is_decided, mode)), f"the panel said that it is decided by {mode}")
        for shown in (words for pattern in _SHOWN for words in pattern.findall(version.words)):
            may_be_shown = shown in self._public or case.ever(partial(_is_approved, shown))
            self._check(may_be_shown, f"the panel showed {shown!r}, which nobody approved")

    def _judge_marks(self, said: Said) -> None:
        fate, versions = self._fate_of(said), self._versions.get(said.message_id, [])
        for version in versions:
            if _APPLIED in version.message.reactions:
                self._check(
                    bool(fate and fate.outcome == "acknowledged"), f"{_APPLIED} on {said.prompts}: {fate}"
                )
            if _REFUSED in version.message.reactions:
                is_refused = fate is None or (fate.outcome == "refused" and fate.refusal != "withdrawn")
                self._check(is_refused, f"{_REFUSED} on {said.prompts}: {fate}")
        if versions and versions[-1].until is None:
            waits = _WAITS in versions[-1].message.reactions
            self._check(not waits, f"{_WAITS} is still on {said.prompts}: {fate}")

    def _check(self, is_true: bool, told: str) -> None:
        self._verdict.compared += 1
        if not is_true:
            self._verdict.false.append(told)

    def _fate_of(self, said: Said | None) -> Fate | None:
        return self._fates.get(said.suggestion_id or "") if said else None

    def _votes_told(self, person_id: int) -> int:
        """How many messages about their votes one person had before them at the same time."""
        end = self._truth.moments[-1].at
        stood = sorted(
            (about[0].at, about[-1].until or end)
            for versions in self._of_bot()
            if (about := [each for each in versions if each.to == person_id and is_about_votes(each.words)])
        )
        overlapping = sum(later[0] < earlier[1] - GRACE_S for earlier, later in pairwise(stood))
        return overlapping + 1 if stood else 0


def _is_decided(mode: Mode, moment: Moment) -> bool:
    return moment.mode is mode


def _are_in_line(count: int, moment: Moment) -> bool:
    return moment.count - moment.to_review == count


def _are_off_ballot(count: int, moment: Moment) -> bool:
    """Near-duplicates count as one there."""
    on_it = sum(map(len, moment.ballot.values()))
    return moment.mode is Mode.VOTE and 0 < count <= moment.count - on_it


def _have_to_review(count: int, moment: Moment) -> bool:
    return moment.to_review == count


def _is_approved(shown: str, moment: Moment) -> bool:
    """Whether words are of something that everybody may see: a moderator has seen it, or none needs to."""
    return any(
        _line(each.prompt) == shown and (moment.mode is not Mode.HOST or each.id not in moment.unseen)
        for each in moment.waiting.values()
    )


def _line(prompt: str) -> str:
    return plain(prompt, limit=WORDS_SHOWN)

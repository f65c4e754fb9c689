"""Messages and modals as a user sees them: a thin reading of Discord's wire shapes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

BUTTON, STRING_SELECT, TEXT_INPUT, TEXT_DISPLAY = 2, 3, 4, 10
SELECTS = frozenset({3, 5, 6, 7, 8})
_LINK_STYLE = 5


class NotPossibleError(Exception):
    """A real user could not have done this: its text says why, as one sentence."""


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    custom_id: str | None
    url: str | None
    disabled: bool


@dataclass(frozen=True, slots=True)
class SeenMessage:
    """One message at one moment, as one user sees it. `payload` is Discord's message object."""

    payload: Json

    @property
    def id(self) -> int:
        return int(self.payload["id"])

    @property
    def channel_id(self) -> int:
        return int(self.payload["channel_id"])

    @property
    def author(self) -> str:
        return str(self.payload["author"]["username"])

    @property
    def from_bot(self) -> bool:
        return bool(self.payload["author"]["bot"])

    @property
    def content(self) -> str:
        return str(self.payload["content"])

    @property
    def private(self) -> bool:
        """Only the user who caused it sees it (ephemeral)."""
        return bool(self.payload["flags"] & 1 << 6)

    @property
    def thinking(self) -> bool:
        """Deferred and not yet filled in."""
        return bool(self.payload["flags"] & 1 << 7)

    @property
    def embeds(self) -> list[Json]:
        return list(self.payload["embeds"])

    @property
    def attachments(self) -> list[Json]:
        return list(self.payload["attachments"])

    @property
    def reactions(self) -> list[str]:
        return [str(reaction["emoji"]["name"]) for reaction in self.payload["reactions"]]

    @property
    def components(self) -> list[Json]:
        """Every component, nested ones too, in the order in which they are shown."""
        return list(walk(self.payload["components"]))

    @property
    def buttons(self) -> list[Button]:
        return [
            Button(
                label=str(component.get("label") or (component.get("emoji") or {}).get("name") or ""),
                custom_id=component.get("custom_id"),
                url=component.get("url"),
                disabled=bool(component.get("disabled")),
            )
            for component in self.components
            if component["type"] == BUTTON
        ]

    @property
    def text(self) -> str:
        """Everything that can be read in it: content, text displays, embeds, labels of buttons."""
        lines: list[Any] = [self.content]
        for embed in self.embeds:
            fields = [part for entry in embed.get("fields") or [] for part in (entry["name"], entry["value"])]
            footer = (embed.get("footer") or {}).get("text")
            lines += [embed.get("title"), embed.get("description"), *fields, footer]
        for component in self.components:
            lines.append(
                component.get("content") if component["type"] == TEXT_DISPLAY else component.get("label")
            )
        return "\n".join(str(line) for line in lines if line)

    def button(self, *, label: str | None = None, custom_id: str | None = None) -> Json:
        """The one button that can be clicked under this label or custom ID. Raises `NotPossibleError`."""
        button = _the_one(self.components, {BUTTON}, label=label, custom_id=custom_id)
        if button.get("style") == _LINK_STYLE or not button.get("custom_id"):
            raise NotPossibleError("That button opens a link; the bot does not hear of it.")
        return button

    def select(self, *, custom_id: str | None = None) -> Json:
        return _the_one(self.components, SELECTS, label=None, custom_id=custom_id)


@dataclass(frozen=True, slots=True)
class Modal:
    """A dialog that the bot opened for one user."""

    payload: Json
    channel_id: int
    source_message_id: int | None

    @property
    def title(self) -> str:
        return str(self.payload["title"])

    @property
    def custom_id(self) -> str:
        return str(self.payload["custom_id"])

    @property
    def fields(self) -> list[Json]:
        """The controls that can be filled in, each with the `label` that is shown above it."""
        return [
            {**control, "label": label} for label, control in _labelled_controls(self.payload["components"])
        ]


def walk(components: Sequence[Json]) -> Iterator[Json]:
    """Every component of a tree, parents first."""
    for component in components:
        yield component
        yield from walk(component.get("components") or [])
        for key in ("accessory", "component"):
            if component.get(key):
                yield from walk([component[key]])


def _labelled_controls(components: Sequence[Json]) -> Iterator[tuple[str, Json]]:
    for component in components:
        if component.get("component"):  # a label around one control
            yield str(component["label"]), component["component"]
        elif component.get("custom_id"):
            yield str(component.get("label") or component["custom_id"]), component
        else:
            yield from _labelled_controls(component.get("components") or [])


def _the_one(
    components: Sequence[Json], kinds: set[int] | frozenset[int], *, label: str | None, custom_id: str | None
) -> Json:
    found = [
        component
        for component in components
        if component["type"] in kinds
        and (custom_id is None or component.get("custom_id") == custom_id)
        and (label is None or component.get("label") == label)
    ]
    if len(found) != 1:
        shown = [component.get("label") or component.get("custom_id") for component in components]
        wanted = label or custom_id
        raise NotPossibleError(
            f"{len(found)} components match {wanted!r}; shown are {[s for s in shown if s]}."
        )
    if found[0].get("disabled"):
        raise NotPossibleError("That component is disabled.")
    return found[0]

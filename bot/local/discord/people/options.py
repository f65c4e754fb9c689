"""Slash-command options and modal fields: what a user fills in, checked as Discord's client checks it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.local.discord.people.views import NotPossibleError

Json = dict[str, Any]
# Turns a chosen user, channel, role or file into its ID on the wire and notes its object in `resolved`.
Resolver = Callable[[int, Any, Json], str]

SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(
    1, 12
)
_RESOLVED = frozenset({USER, CHANNEL, ROLE, MENTIONABLE, ATTACHMENT})
_TEXT_INPUT, _FILE_UPLOAD, _RADIO, _CHECKBOXES, _CHECKBOX = 4, 19, 21, 22, 23
_SELECTS = frozenset({3, 5, 6, 7, 8})
# A select of users, roles, … resolves its values as the option type of the same meaning does.
_SELECT_AS_OPTION = {5: USER, 6: ROLE, 7: MENTIONABLE, 8: CHANNEL}


def find_leaf(command: Json, path: Sequence[str]) -> Json:
    """The (sub)command that `path` (names below the root) leads to. Raises `NotPossibleError`."""
    node = command
    for name in path:
        children = {o["name"]: o for o in node.get("options") or [] if o["type"] in {SUBCOMMAND, GROUP}}
        if name not in children:
            raise NotPossibleError(f"/{command['name']} has no {name!r}; it has {sorted(children)}.")
        node = children[name]
    if any(option["type"] in {SUBCOMMAND, GROUP} for option in node.get("options") or []):
        raise NotPossibleError(f"/{' '.join([command['name'], *path])} needs a subcommand.")
    return node


def fill_options(leaf: Json, given: Mapping[str, Any], resolve: Resolver, resolved: Json) -> list[Json]:
    """The wire form of a leaf's options; refuses what Discord's client refuses to send."""
    declared = {option["name"]: option for option in leaf.get("options") or []}
    for name in given:
        if name not in declared:
            raise NotPossibleError(f"There is no option {name!r}; there are {sorted(declared)}.")
    for name, option in declared.items():
        if option.get("required") and name not in given:
            raise NotPossibleError(f"The option {name!r} is required.")
    return [
        {
            "name": name,
            "type": declared[name]["type"],
            "value": _value(declared[name], value, resolve, resolved),
        }
        for name, value in given.items()
    ]


def nest(command: Json, path: Sequence[str], leaf_options: list[Json]) -> list[Json]:
    """Wraps a leaf's options in the subcommands that lead to it."""
    kinds: list[tuple[str, int]] = []
    node = command
    for name in path:
        node = next(option for option in node["options"] if option["name"] == name)
        kinds.append((name, node["type"]))
    for name, kind in reversed(kinds):
        leaf_options = [{"name": name, "type": kind, "options": leaf_options}]
    return leaf_options


def fill_modal(
    components: Sequence[Json], given: Mapping[str, Any], resolve: Resolver, resolved: Json
) -> list[Json]:
    """The submitted form of a modal's components; `given` maps custom IDs to what was filled in."""
    submitted: list[Json] = []
    for component in components:
        shape: Json = {"type": component["type"], "id": component.get("id", 0)}
        if component.get("component"):
            inner = fill_modal([component["component"]], given, resolve, resolved)
            submitted.append(shape | {"component": inner[0]})
        elif component.get("custom_id"):
            value = _modal_value(component, given.get(component["custom_id"]), resolve, resolved)
            submitted.append(shape | {"custom_id": component["custom_id"]} | value)
        else:
            inner = fill_modal(component.get("components") or [], given, resolve, resolved)
            submitted.append(shape | ({"components": inner} if inner else {}))
    return submitted


def choose(menu: Json, values: Sequence[Any], resolve: Resolver, resolved: Json) -> list[str]:
    """What a select sends for these values; refuses a choice that it would not let its user make."""
    fewest, most = menu.get("min_values", 1), menu.get("max_values", 1)
    if not fewest <= len(values) <= most:
        raise NotPossibleError(f"Choose between {fewest} and {most}.")
    offered = [option["value"] for option in menu.get("options") or []]
    if menu["type"] == 3 and (unknown := [value for value in values if value not in offered]):
        raise NotPossibleError(f"{unknown[0]!r} cannot be chosen; there are {offered}.")
    if menu["type"] in _SELECT_AS_OPTION:
        return [resolve(_SELECT_AS_OPTION[menu["type"]], value, resolved) for value in values]
    return list(values)


def _value(option: Json, value: Any, resolve: Resolver, resolved: Json) -> Any:
    name, kind = option["name"], option["type"]
    if kind in _RESOLVED:
        return resolve(kind, value, resolved)
    expected: dict[int, tuple[type, ...]] = {
        STRING: (str,),
        INTEGER: (int,),
        NUMBER: (int, float),
        BOOLEAN: (bool,),
    }
    if not isinstance(value, expected[kind]) or (isinstance(value, bool) and kind != BOOLEAN):
        raise NotPossibleError(f"The option {name!r} does not take {value!r}.")
    if kind == STRING:
        _check_length(
            f"The option {name!r}", value, option.get("min_length", 0), option.get("max_length", 6000)
        )
    if kind in {INTEGER, NUMBER}:
        low, high = option.get("min_value"), option.get("max_value")
        if (low is not None and value < low) or (high is not None and value > high):
            raise NotPossibleError(f"The option {name!r} must be between {low} and {high}.")
    choices = option.get("choices")
    if choices and value not in [choice["value"] for choice in choices]:
        raise NotPossibleError(f"The option {name!r} has no choice {value!r}.")
    return value


def _modal_value(control: Json, value: Any, resolve: Resolver, resolved: Json) -> Json:
    kind, label = control["type"], control.get("label") or control["custom_id"]
    required = control.get("required", kind in {_TEXT_INPUT, *_SELECTS})
    if kind == _CHECKBOX:
        return {"value": bool(control.get("default") if value is None else value)}
    if kind == _TEXT_INPUT:
        text = str(control.get("value") or "") if value is None else str(value)
        if text or required:
            least = max(control.get("min_length") or 0, 1 if required else 0)
            _check_length(f"{label}", text, least, control.get("max_length") or 4000)
        return {"value": text}
    if kind == _RADIO:
        if required and value is None:
            raise NotPossibleError(f"{label} is required.")
        return {"value": value}
    values = _preset(control) if value is None else list(value)
    if required and not values:
        raise NotPossibleError(f"{label} is required.")
    if kind == _FILE_UPLOAD:
        return {"values": [resolve(ATTACHMENT, item, resolved) for item in values]}
    if values and kind in _SELECTS:
        values = choose(control, values, resolve, resolved)
    return {"values": values}


def _preset(control: Json) -> list[str]:
    """What stands in a control that nobody has touched."""
    chosen = [option["value"] for option in control.get("options") or [] if option.get("default")]
    return chosen + [str(preset["id"]) for preset in control.get("default_values") or []]


def _check_length(what: str, text: Any, least: int, most: int) -> None:
    if not least <= len(text) <= most:
        raise NotPossibleError(f"{what} must be {least} to {most} characters long; this is {len(text)}.")

"""When something was, as people type it: a date, a month, "last week", "13-20 July", "since May".

All in UTC. Years may be left out: then it is the last time that it was. Between numbers the day stands before
the month, unless it cannot. (dateparser, which reads many languages, knows no spans, takes "a cat" for a date
and "last 7 days" for none, after ten seconds.)
"""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from bot.moderation.folding import plain

DAY = timedelta(days=1)
LENGTH_LIMIT = 60
_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_MONTH = "|".join(f"{name[:3]}(?:{name[3:]})?" for name in _MONTHS if name != "may") + "|may|sept"
_DAY, _YEAR = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?", r"(?P<year>\d{4})"


@dataclass(frozen=True, slots=True)
class Period:
    """From the first moment to before the last; None where there is no end."""

    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class _Days:
    first: date
    after: date
    has_year: bool = True


def period(typed: str, now: datetime) -> Period | None:
    """What was typed, or None if it is no period. Never raises."""
    text = " ".join(plain(typed[:LENGTH_LIMIT]).replace(",", " ").split())
    try:
        found = _open(text, now.date()) or _between(text, now.date()) or _one(text, now.date())
    except (ValueError, OverflowError):  # no such day
        return None
    return found


def _one(text: str, today: date) -> Period | None:
    days = _days(text, today)
    return _period(days.first, days.after) if days else None


def _open(text: str, today: date) -> Period | None:
    if not (match := re.fullmatch(r"(since|from|after|before|until|till|up to) (.+)", text)):
        return None
    days = _days(match[2], today)
    if days is None:
        return None
    since, until = {
        "since": (days.first, None),
        "from": (days.first, None),
        "after": (days.after, None),
        "before": (None, days.first),
    }.get(match[1], (None, days.after))
    return _period(since, until)


def _between(text: str, today: date) -> Period | None:
    text = re.sub(r"^(?:from|between) ", "", text)
    for divider in (r" (?:to|and|until|till|through|-|–|—) ", r" ?(?:\.\.+|–|—) ?", r" ?- ?"):
        parts = re.split(divider, text)
        if len(parts) == 2 and (last := _days(parts[1], today)):
            first = _days(parts[0], today)
            if first is None and re.fullmatch(r"\d{1,2}(st|nd|rd|th)?", parts[0]):  # "13-20 July"
                first = _Days(last.first.replace(day=int(re.sub(r"\D", "", parts[0]))), last.after)
            if first is None:
                continue
            begin = (
                first.first if first.has_year else _last_time(first.first.month, first.first.day, last.first)
            )
            return _period(begin, last.after) if begin < last.after else _period(last.first, first.after)
    return None


def _days(text: str, today: date) -> _Days | None:
    for pattern, read in _FORMS:
        if match := re.fullmatch(pattern, text):
            return read(match, today)
    return None


def _named(match: re.Match[str], today: date) -> _Days:
    first = today - {"today": 0, "yesterday": 1}[match[0]] * DAY
    return _Days(first, first + DAY)


def _weekday(match: re.Match[str], today: date) -> _Days:
    wanted = next(number for number, name in enumerate(_WEEKDAYS) if name.startswith(match[1]))
    first = today - ((today.weekday() - wanted) % 7) * DAY
    return _Days(first, first + DAY)


def _whole(match: re.Match[str], today: date) -> _Days:
    """This or the last week, month or year."""
    is_last = match[1] != "this"
    if match[2] == "week":
        first = today - today.weekday() * DAY - (7 * DAY if is_last else 0 * DAY)
        return _Days(first, first + 7 * DAY)
    if match[2] == "year":
        return _year(today.year - is_last)
    first = today.replace(day=1)
    return _month_of((first - DAY).replace(day=1) if is_last else first)


def _lately(match: re.Match[str], today: date) -> _Days:
    days = int(match[1] or 1) * {"d": 1, "w": 7, "m": 30, "y": 365}[match[2][0]]
    return _Days(today - (days - 1) * DAY, today + DAY)


def _ago(match: re.Match[str], today: date) -> _Days:
    first = today - int(match[1]) * {"d": 1, "w": 7}[match[2][0]] * DAY
    return _Days(first, first + DAY)


def _dated(match: re.Match[str], today: date) -> _Days:
    found = match.groupdict()
    day, month = int(found["day"]), _number_of(found["month"])
    if month > 12:
        day, month = month, day
    year = found.get("year") or found.get("year_first")
    first = date(int(year), month, day) if year else _last_time(month, day, today)
    return _Days(first, first + DAY, has_year=bool(year))


def _months(match: re.Match[str], today: date) -> _Days:
    month, year = _number_of(match["month"]), match.groupdict().get("year")
    if year:
        return _month_of(date(int(year), month, 1))
    return replace(_month_of(_last_time(month, 1, today)), has_year=False)


def _years(match: re.Match[str], _: date) -> _Days:
    return _year(int(match[0]))


_FORMS: tuple[tuple[str, Callable[[re.Match[str], date], _Days]], ...] = (
    ("today|yesterday", _named),
    (r"(?:on |last )?(mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun|" + "|".join(_WEEKDAYS) + ")", _weekday),
    ("(this|last) (week|month|year)", _whole),
    (r"(?:the )?(?:last|past) (\d{1,4})? ?(days?|d|weeks?|w|months?|m|years?|y)", _lately),
    (r"(\d{1,4}) ?(days?|weeks?|d|w)", _lately),
    (r"(\d{1,4}) ?(days?|weeks?) ago", _ago),
    (r"(?P<year_first>\d{4})([-./])(?P<month>\d{1,2})\2(?P<day>\d{1,2})", _dated),
    (r"(?P<year_first>\d{4})年(?P<month>\d{1,2})月(?P<day>\d{1,2})日", _dated),
    (r"(?P<day>\d{1,2})([-./])(?P<month>\d{1,2})\2(?P<year>\d{4})", _dated),
    (r"(?P<day>\d{1,2})[./](?P<month>\d{1,2})\.?", _dated),
    (rf"{_DAY}(?: of)?[ -]?(?P<month>{_MONTH})\.?(?:[ -]{_YEAR})?", _dated),
    (rf"(?P<month>{_MONTH})\.? ?{_DAY}(?: {_YEAR})?", _dated),
    (rf"(?P<month>{_MONTH})\.?(?:[ -]?{_YEAR})?", _months),
    (rf"{_YEAR}[-./](?P<month>\d{{1,2}})", _months),
    (rf"(?P<month>\d{{1,2}})[-./]{_YEAR}", _months),
    (rf"{_YEAR}年(?P<month>\d{{1,2}})月", _months),
    (r"\d{4}", _years),
)


def _month_of(first: date) -> _Days:
    return _Days(first, (first + 31 * DAY).replace(day=1))


def _year(number: int) -> _Days:
    return _Days(date(number, 1, 1), date(number + 1, 1, 1))


def _number_of(month: str) -> int:
    return int(month) if month.isdecimal() else 1 + [name[:3] for name in _MONTHS].index(month[:3])


def _last_time(month: int, day: int, latest: date) -> date:
    """In the last year in which there was that day, and not later than that. Raises `ValueError`."""
    for year in range(latest.year, latest.year - 9, -1):  # the 29th of February may be so long ago
        with suppress(ValueError):
            if (found := date(year, month, day)) <= latest:
                return found
    raise ValueError("no such day")


def _period(first: date | None, after: date | None) -> Period:
    return Period(*(None if day is None else _moment(day) for day in (first, after)))


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)

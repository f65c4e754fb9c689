"""What the doctor found, for people and for programs. No secret is ever in it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace

from bot import __version__
from bot.doctor.finding import Finding, Level
from bot.process.given_settings import secrets_given
from bot.process.logs import masked

_LEVELS = list(Level)


def worst(findings: Sequence[Finding]) -> Level:
    return max((finding.level for finding in findings), key=_LEVELS.index, default=Level.OK)


def exit_code(findings: Sequence[Finding]) -> int:
    """0 when all is well, 1 for warnings, 2 for errors."""
    return _LEVELS.index(worst(findings))


def as_text(findings: Sequence[Finding]) -> str:
    """A line for each, what to do below it, and how many of each kind at the end."""
    width = max((len(finding.about) for finding in findings), default=0)
    lines = []
    for each in _clean(findings):
        lines.append(f"{each.level:<7}  {each.about:<{width}}  {each.said}")
        if each.next_step:
            lines.append(f"{'':<7}  {'':<{width}}  -> {each.next_step}")
    counts = [(level, sum(each.level is level for each in findings)) for level in reversed(_LEVELS)]
    lines.append(", ".join(f"{level}: {count}" for level, count in counts))
    return "\n".join(lines)


def as_json(findings: Sequence[Finding]) -> str:
    """The version, the worst level, and the findings with their fields."""
    report = {
        "version": __version__,
        "worst": worst(findings),
        "findings": [asdict(finding) for finding in _clean(findings)],
    }
    return json.dumps(report, ensure_ascii=False, indent=2)


def _clean(findings: Sequence[Finding]) -> list[Finding]:
    """Whatever they quote."""
    secrets = secrets_given()
    return [
        replace(
            each,
            said=masked(each.said, secrets),
            next_step=each.next_step and masked(each.next_step, secrets),
        )
        for each in findings
    ]

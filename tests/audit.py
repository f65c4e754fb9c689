"""`python -m tests.audit`, a part of `make lint`: whether anything is known against the locked packages."""

import json
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).parents[1] / "requirements.lock"
ACCEPTED: dict[str, str] = {}
"""What is known and cannot be mended yet: its ID, and why it may stay."""


def judged(report: str) -> tuple[bool, str]:
    """Whether a report of pip-audit's lets us go on, and the sentence for it."""
    try:
        packages = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        packages = []
    looked_up = [package for package in packages if "skip_reason" not in package]
    if not looked_up:
        return True, "pip-audit: skipped, since its index cannot be reached from here."
    known = [
        f"  {package['name']} {package['version']}: {found['id']}, "
        f"mended in {', '.join(found['fix_versions']) or 'no version yet'}"
        for package in looked_up
        for found in package["vulns"]
        if found["id"] not in ACCEPTED
    ]
    if known:
        return False, "pip-audit: this is known (make lock, or tests/audit.py):\n" + "\n".join(known)
    return True, f"pip-audit: nothing is known against the {len(looked_up)} packages that it knows."


def main() -> int:
    command = [sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip", "-r", str(LOCK)]
    told = subprocess.run(
        [*command, "--format", "json", "--progress-spinner", "off"],
        capture_output=True,
        text=True,
        check=False,
    )
    may_go_on, sentence = judged(told.stdout)
    print(sentence)  # noqa: T201 - that is its use
    return 0 if may_go_on else 1


if __name__ == "__main__":
    sys.exit(main())

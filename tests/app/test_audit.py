"""What `make lint` says of known vulnerabilities."""

import json

import pytest

from tests import audit


def report(*vulnerabilities: str, skipped: bool = False) -> str:
    """As pip-audit writes it: one package that it knows, and one that it does not."""
    found = [{"id": each, "fix_versions": ["2.0"]} for each in vulnerabilities]
    known = {"name": "parcel", "version": "1.0", "vulns": found}
    if skipped:
        known = {"name": "parcel", "skip_reason": "not found"}
    return json.dumps({"dependencies": [known, {"name": "other", "skip_reason": "not found"}], "fixes": []})


def test_what_is_known_stops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Named, with the version that mends it; unless it was accepted, with a reason."""
    may_go_on, said = audit.judged(report("X-1", "X-2"))
    assert not may_go_on
    assert "parcel 1.0: X-2, mended in 2.0" in said
    monkeypatch.setattr(audit, "ACCEPTED", {"X-1": "not used by us", "X-2": "nor that"})
    assert audit.judged(report("X-1", "X-2"))[0]


def test_nothing_known_goes_on() -> None:
    """And says of how many packages that is so."""
    assert audit.judged(report()) == (
        True,
        "pip-audit: nothing is known against the 1 packages that it knows.",
    )


@pytest.mark.parametrize("unreachable", ["", "Traceback …", "{}", report(skipped=True)])
def test_where_nobody_can_be_asked_it_is_skipped(unreachable: str) -> None:
    """With a word, so that nobody takes it for a good answer."""
    may_go_on, said = audit.judged(unreachable)
    assert may_go_on
    assert "skipped" in said

"""What a command has found and done: for people, and for programs."""

import json
from dataclasses import dataclass, field

WELL = frozenset({"kept", "whole", "exported", "there", "imported"})


@dataclass(slots=True)
class Report:
    """One line for each thing that is not well, or was asked for; `lines` has a thing's name and its fate."""

    command: str
    lines: list[tuple[str, str]] = field(default_factory=list)
    files: int = 0
    size_bytes: int = 0
    hint: str = ""
    """What to do next."""

    def tell(self, name: str, fate: str) -> None:
        self.lines.append((name, fate))

    def count(self, _: str, size_bytes: int) -> None:
        """One more file."""
        self.files += 1
        self.size_bytes += size_bytes

    @property
    def is_well(self) -> bool:
        return all(fate in WELL for _, fate in self.lines)

    def as_text(self) -> str:
        told = [f"{fate:<16}{name}" for name, fate in self.lines if fate not in WELL]
        fates = [fate for _, fate in self.lines]
        counts = ", ".join(f"{fates.count(fate)} {fate}" for fate in dict.fromkeys(fates)) or "nothing to do"
        told.append(f"{counts}; {self.files} files, {self.size_bytes / 1e6:.1f} MB.")
        return "\n".join([*told, self.hint] if self.hint else told)

    def as_json(self) -> str:
        found = {
            "command": self.command,
            "well": self.is_well,
            "files": self.files,
            "bytes": self.size_bytes,
            "found": [{"name": name, "fate": fate} for name, fate in self.lines],
        }
        return json.dumps(found, ensure_ascii=False, indent=2)

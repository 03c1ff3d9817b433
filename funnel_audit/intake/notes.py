"""What was dropped or mended while reading, counted: every such thing must be said, and a million of them must cost nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

from funnel_audit.intake.table import Defect

PLACES = 5
SAMPLE_CHARS = 40


@dataclass
class _Count:
    count: int = 0
    sample: str | None = None
    lines: list[int] = field(default_factory=list)


class Notes:
    """Counts by (kind, column) with the first five places and one sample each; ``defects()`` freezes them."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._counts: dict[tuple[str, str | None], _Count] = {}

    def add(self, kind: str, *, line: int | None = None, column: str | None = None, count: int = 1, sample: str | None = None) -> None:
        if count < 1:
            return
        entry = self._counts.setdefault((kind, column), _Count())
        entry.count += count
        if entry.sample is None and sample:
            entry.sample = sample[:SAMPLE_CHARS]
        if line is not None and len(entry.lines) < PLACES:
            entry.lines.append(line)

    def defects(self) -> tuple[Defect, ...]:
        return tuple(
            Defect(kind, self.file, entry.lines[0] if entry.lines else None, column, entry.count, entry.sample, tuple(entry.lines))
            for (kind, column), entry in self._counts.items()
        )

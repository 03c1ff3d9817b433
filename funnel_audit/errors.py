"""Everything that stops a run, as one tree.

    FunnelAuditError            the base: catch this to catch all of them
    ├── UsageError              wrong options (exit code 2)
    │   └── FunnelError         a faulty stages.yaml: names file, line, key and the cure (exit code 2)
    └── InputError              an input that cannot be read at all (exit code 3)

A message says what is wrong, where (file, line, key or column), and what to type next. Bad *rows* are never exceptions: they are
defects, collected over the whole file, and become findings. What is none of these is a defect of the program (exit code 4).
"""

from __future__ import annotations


class FunnelAuditError(Exception):
    """Base of every error that funnel-audit raises on purpose."""


class UsageError(FunnelAuditError):
    """The options contradict each other or name something that is not there."""


class FunnelError(UsageError):
    """stages.yaml cannot be used as it stands."""

    def __init__(self, message: str, *, file: str = "", line: int | None = None, key: str = "", cure: str = "") -> None:
        place = file if line is None else f"{file}:{line}"
        parts = [f"{place}: " if place else "", f"{key}: " if key else "", message]
        if cure:
            parts.append(f"\n  {cure}")
        super().__init__("".join(parts))
        self.file, self.line, self.key, self.cure = file, line, key, cure


class InputError(FunnelAuditError):
    """An input file cannot be read as a table of deals."""

    def __init__(self, message: str, *, file: str = "", cure: str = "") -> None:
        super().__init__((f"{file}: " if file else "") + message + (f"\n  {cure}" if cure else ""))
        self.file, self.cure = file, cure

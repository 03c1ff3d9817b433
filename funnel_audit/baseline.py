"""The baseline: a YAML file of findings that are accepted for now, each with a reason, an owner and a last day.

    accepted:
      - fingerprint: 5f0c1d2e3a4b5c6d
        code: FA203
        place: deals.csv
        count: 37
        reason: The label goes away with the move to the new pipeline
        owner: Anna
        expires: 2026-12-31

Read as strictly as stages.yaml. Reasons, owners and days are the user's: they are kept, and never made up.
"""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import yaml

from funnel_audit.errors import FunnelError, Said, UsageError, did_you_mean, reason_of, recognised, sentences
from funnel_audit.gate import size
from funnel_audit.labels import nearest
from funnel_audit.report import Finding
from funnel_audit.stages_wording import OF_TYPES
from funnel_audit.stages_yaml import Document, read_yaml
from funnel_audit.verdict import Accepted, Gone

MAX_BYTES = 5_000_000
HEADER = """# Findings of funnel-audit that are accepted for now; only new or worse ones fail a check.
# Write a reason, an owner and, where it should not be for good, the last day (expires: 2026-12-31) to each.
# Находки, с которыми решено пока жить: впишите причину (reason), ответственного (owner) и последний день (expires).
"""


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One accepted finding, as it is written."""

    fingerprint: str
    code: str
    place: str = ""
    count: int = 1
    reason: str | None = None
    owner: str | None = None
    expires: str | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    accepted: list[Line] = []


@dataclass(frozen=True)
class Baseline:
    """All lines of a baseline file, in its order."""

    lines: tuple[Line, ...] = ()
    path: str = field(default="", compare=False)

    def accepted(self) -> dict[str, Accepted]:
        """What is accepted, by fingerprint."""
        return {
            line.fingerprint: Accepted(count=line.count, reason=line.reason, owner=line.owner, expires=line.expires) for line in self.lines
        }

    def gone(self, findings: Iterable[Finding], looked_for: Callable[[str], bool]) -> tuple[Gone, ...]:
        """Lines whose finding does not occur any more, among the codes that were looked for."""
        present = {finding.fingerprint for finding in findings}
        lines = [line for line in self.lines if line.fingerprint not in present and looked_for(line.code)]
        return tuple(Gone(fingerprint=line.fingerprint, code=line.code, place=line.place) for line in lines)

    def unexplained(self) -> int:
        """How many lines have no reason."""
        return sum(line.reason is None for line in self.lines)

    def updated(self, findings: Iterable[Finding], looked_for: Callable[[str], bool]) -> Baseline:
        """The baseline that accepts exactly these findings; what was not looked for stays, and so do reasons, owners and days."""
        old = {line.fingerprint: line for line in self.lines}
        new = {}
        for finding in findings:
            known = old.get(finding.fingerprint)
            blank = Line(fingerprint=finding.fingerprint, code=finding.code, place=place_of(finding))
            new[finding.fingerprint] = msgspec.structs.replace(known or blank, count=size(finding))
        kept = [new.pop(line.fingerprint, line) for line in self.lines if line.fingerprint in new or not looked_for(line.code)]
        added = sorted(new.values(), key=lambda line: (line.code, line.place, line.fingerprint))
        return Baseline((*kept, *added), self.path)


def place_of(finding: Finding) -> str:
    """For the human reader of the file: the deal where there is one, else the stage, else the file."""
    place = finding.place
    if finding.count == 1 and finding.deals:
        return finding.deals[0]
    return place.stage or " ".join(part for part in (Path(place.file or "").name, place.column) if part)


def load(path: str) -> Baseline:
    """The baseline in a file. UsageError when it cannot be read, FunnelError with the line when something in it is wrong."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            beside = [str(other) for other in sorted(Path(path).parent.glob("*.y*ml"))]
            cure = sentences(did_you_mean(nearest(path, beside, 1)), Said("Add --update-baseline to make it."))
            raise UsageError(Said("--baseline {file}: there is no such file.", file=path), cure=cure) from None
        raise UsageError(Said("--baseline {file}: cannot be read ({why}).", file=path, why=reason_of(error))) from error
    return parse(data, path)


def parse(data: bytes, path: str) -> Baseline:
    """The baseline that a text describes."""
    if len(data) > MAX_BYTES:
        cure = Said("Mend what is found in masses, or ignore its code in stages.yaml.")
        raise FunnelError(Said("the file is over 5 MB"), file=path, cure=cure)
    if not any(row.strip() and not row.strip().startswith(b"#") for row in data.splitlines()):
        return Baseline((), path)
    document = read_yaml(data, path, limit=MAX_BYTES)
    try:
        lines = msgspec.convert(document.value, _File).accepted
    except msgspec.ValidationError as error:
        raise _worded(str(error), document) from None
    seen: dict[str, int] = {}
    for number, line in enumerate(lines):
        _check(line, number, seen, document)
    return Baseline(tuple(lines), path)


def _check(line: Line, number: int, seen: dict[str, int], document: Document) -> None:
    where = ("accepted", number)
    if line.fingerprint in seen:
        twice = Said("stands twice; the first one is in line {line}", line=str(document.lines[("accepted", seen[line.fingerprint])]))
        raise document.error((*where, "fingerprint"), twice, Said("Delete one of the two."))
    seen[line.fingerprint] = number
    if line.count < 1:
        cure = Said("Delete the item, or write how many are accepted.")
        raise document.error((*where, "count"), Said("must be 1 or more: {value}", value=str(line.count)), cure)
    if line.expires is not None:
        try:
            dt.date.fromisoformat(line.expires)
        except ValueError:
            cure = Said("Write year, month and day: 2026-12-31; or delete the key to accept it for good.")
            raise document.error((*where, "expires"), Said("not a date: `{text}`", text=line.expires[:40]), cure) from None


def _worded(problem: str, document: Document) -> FunnelError:
    """msgspec's message with the line of the fault."""
    what, _, where = problem.partition(" - at `$")
    path: list[str | int] = []
    for part in where.removesuffix("`").replace("[", ".").replace("]", "").split("."):
        if part and part != "...":
            path.append(int(part) if part.isdigit() else part)
    field_name = what.split("`")[1] if "`" in what else ""
    if "unknown field" in what:
        keys = Line.__struct_fields__ if path else _File.__struct_fields__
        cure = did_you_mean(f"`{key}`" for key in nearest(field_name, keys, 1)) or Said("Known here: {names}.", names=keys)
        return document.error((*path, field_name), Said("unknown key"), cure)
    if "missing required field" in what:
        return document.error((*path, field_name), Said("this key is missing"), Said("Let --update-baseline write the file."))
    cure = Said('Text goes in quotes: "..."; a count is a whole number.')
    return document.error(tuple(path), recognised(what[:1].lower() + what[1:], OF_TYPES), cure)


def text_of(baseline: Baseline) -> str:
    """The baseline as YAML; what is not given is left blank, for a human to fill."""
    out = [HEADER + ("accepted:\n" if baseline.lines else "accepted: []\n")]
    for line in baseline.lines:
        first = True
        for key in Line.__struct_fields__:
            value = getattr(line, key)
            if key == "expires" and value is None:
                continue
            out.append(f"  {'-' if first else ' '} {key}:{'' if value is None else ' ' + _scalar(value)}\n")
            first = False
    return "".join(out)


def _scalar(value: Any) -> str:
    """One value on one line, quoted where YAML would read something else."""
    if isinstance(value, int):
        return str(value)
    if _is_date(value):
        return str(value)
    dumped: str = yaml.safe_dump(value, allow_unicode=True, width=10**6, default_style='"' if "\n" in value else None)
    return dumped.removesuffix("\n").removesuffix("\n...")


def _is_date(value: str) -> bool:
    try:
        return dt.date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def save(baseline: Baseline, path: str) -> None:
    """Write it whole or not at all: a file beside it, then one rename. A link is followed, and the file's rights are kept."""
    target = Path(os.path.realpath(path))
    data = text_of(baseline).encode("utf-8")
    try:
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.chmod(mode)
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UsageError(Said("--baseline {file}: cannot be written ({why}).", file=path, why=reason_of(error))) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

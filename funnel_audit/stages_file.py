"""stages.yaml -> Funnel: found, read, checked. Every fault is a FunnelError that names file, line, key and the cure."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec

from funnel_audit.errors import FunnelError, Said, did_you_mean, reason_of
from funnel_audit.funnel import Checks, Columns, Exclude, Funnel, PairSpec, PathChecks, Plan, Source, Stage, StatusWords, Text
from funnel_audit.labels import nearest
from funnel_audit.stages_checks import check
from funnel_audit.stages_types import RawChecks, RawFunnel, RawText, funnel_schema
from funnel_audit.stages_wording import worded
from funnel_audit.stages_yaml import MAX_BYTES, read_yaml

__all__ = ["funnel_schema", "load_funnel", "packaged_text", "parse_funnel"]

FILE_NAME = "stages.yaml"


def load_funnel(path: str | None = None) -> Funnel:
    """The funnel of a stages file; without a path ``./stages.yaml`` where there is one, else the packaged default.

    ``Funnel.source`` is "file" or "packaged", ``Funnel.path`` where it was read from. Raises FunnelError.
    """
    if path is None:
        packaged, here = _packaged(), Path(FILE_NAME)
        if not here.is_file() or (isinstance(packaged, Path) and here.samefile(packaged)):
            return parse_funnel(packaged.read_bytes(), path=str(packaged), source="packaged")
        path = FILE_NAME
    return parse_funnel(_bytes_of(Path(path)), path=path)


def packaged_text() -> str:
    """The stages.yaml that funnel-audit ships, as text: what a new project starts from."""
    return str(_packaged().read_text(encoding="utf-8"))


def parse_funnel(data: bytes | str, *, path: str = FILE_NAME, source: Source = "file") -> Funnel:
    """The funnel that a YAML text describes; ``path`` is what errors call the file. Raises FunnelError."""
    document = read_yaml(data.encode() if isinstance(data, str) else data, path)
    try:
        raw = msgspec.convert(document.value, RawFunnel)
    except msgspec.ValidationError as error:
        raise worded(str(error), document) from None
    check(raw, document)
    return _funnel(raw, path, source)


def _packaged() -> Any:
    """The wheel carries the file inside the package; in a source checkout it stands at the root, next to the package."""
    inside = resources.files("funnel_audit") / FILE_NAME
    return inside if inside.is_file() else Path(__file__).resolve().parents[1] / FILE_NAME


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        reason = Said("there is no such file") if missing else Said("the file cannot be read: {why}", why=reason_of(error))
        beside = [str(other) for pattern in ("*.yaml", "*.yml") for other in sorted(path.parent.glob(pattern)) if other != path]
        cure = did_you_mean(nearest(str(path), beside)) or Said("Without --stages the packaged funnel is used.")
        raise FunnelError(reason, file=str(path), cure=cure) from None


def _funnel(raw: RawFunnel, path: str, source: Source) -> Funnel:
    exclude, status, plan = raw.exclude, raw.status, raw.plan
    entered = raw.columns.get("entered", {})
    return Funnel(
        stages=tuple(
            Stage(
                id=stage.id,
                name=_text(stage.name) or Text(),
                task=_text(stage.task),
                aliases=tuple(stage.aliases),
                max_days=stage.max_days,
                target=stage.target,
                won=stage.won,
            )
            for stage in raw.stages
        ),
        title=_text(raw.title) or Text(),
        timezone=raw.timezone,
        currency=raw.currency,
        lost=tuple(raw.lost),
        on_hold=tuple(raw.on_hold),
        key_stage=raw.key_stage,
        plan=Plan(period=plan.period, wins=plan.wins, amount=plan.amount) if plan else None,
        pairs=tuple(PairSpec(start=pair.start, end=pair.end, name=_text(pair.name)) for pair in raw.pairs),
        columns=Columns(
            fields={name: header for name, header in raw.columns.items() if isinstance(header, str)},
            entered=entered if isinstance(entered, dict) else {},
        ),
        exclude=Exclude(
            lost_reasons=tuple(exclude.lost_reasons), sources=tuple(exclude.sources), labels=tuple(exclude.labels)
        ) if exclude else Exclude(),
        status=StatusWords(won=tuple(status.won), lost=tuple(status.lost), open=tuple(status.open)) if status else StatusWords(),
        checks=_checks(raw.checks) if raw.checks else Checks(),
        source=source,
        path=path,
    )


def _checks(raw: RawChecks) -> Checks:
    plain = {name: getattr(raw, name) for name in raw.__struct_fields__ if name not in ("severity", "ignore", "paths")}
    return Checks(
        **plain,
        severity=upper(raw.severity),
        ignore=tuple(code.upper() for code in raw.ignore),
        paths=tuple(
            PathChecks(glob=glob, severity=upper(one.severity), ignore=tuple(code.upper() for code in one.ignore))
            for glob, one in raw.paths.items()
        ),
    )


def upper(severity: Mapping[str, str]) -> dict[str, str]:
    """Codes in capitals, as they are everywhere else."""
    return {code.upper(): name for code, name in severity.items()}


def _text(raw: str | RawText | None) -> Text | None:
    if raw is None:
        return None
    return Text(en=raw, ru=raw) if isinstance(raw, str) else Text(en=raw.en, ru=raw.ru)

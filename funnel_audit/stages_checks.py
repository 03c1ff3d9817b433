"""What a stages file must hold beyond the types: one small check a rule, in the order in which a reader would fix them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo, available_timezones

from funnel_audit.codes import codes, groups, known, likely
from funnel_audit.errors import Said, did_you_mean, sentences
from funnel_audit.funnel import MAX_STAGES
from funnel_audit.labels import nearest, normal
from funnel_audit.stages_types import RawChecks, RawFunnel, RawStage, RawText
from funnel_audit.stages_yaml import Document, Path, key_of


def check(raw: RawFunnel, document: Document) -> None:
    """Raise FunnelError for the first rule that is broken."""
    for rule in (_count, _ids, _names, _won, _labels, _status, _numbers, _timezone, _key_stage, _pairs, _columns, _plan, _checks):
        rule(raw, document)


def _count(raw: RawFunnel, document: Document) -> None:
    if len(raw.stages) < 2:
        cure = Said("A funnel needs a first stage and a won stage; add what has to be done in between.")
        raise document.error(("stages",), Said("fewer than 2 stages: {n}", n=len(raw.stages)), cure)
    if len(raw.stages) > MAX_STAGES:
        cure = Said("Join stages that say the same: put their labels under `aliases` of one.")
        raise document.error(("stages",), Said("more than {most} stages: {n}", most=MAX_STAGES, n=len(raw.stages)), cure)


def _ids(raw: RawFunnel, document: Document) -> None:
    first: dict[str, int] = {}
    for position, stage in enumerate(raw.stages):
        path: Path = ("stages", position, "id")
        if not normal(stage.id) or stage.id != stage.id.strip():
            cure = Said("Write a short name such as meeting_held.")
            raise document.error(path, Said("blank or padded with spaces: `{id}`", id=stage.id), cure)
        if normal(stage.id) in first:
            line = str(document.lines[("stages", first[normal(stage.id)], "id")])
            message = Said("duplicate id `{id}`: line {line} has it too", id=stage.id, line=line)
            raise document.error(path, message, Said("Give one of the two stages another id."))
        first[normal(stage.id)] = position


def _names(raw: RawFunnel, document: Document) -> None:
    """Texts that are given must say something; a name must be given in one language at least."""
    texts: list[tuple[Path, str | RawText | None]] = [(("title",), raw.title)]
    for position, stage in enumerate(raw.stages):
        texts += [(("stages", position, "name"), stage.name), (("stages", position, "task"), stage.task)]
    texts += [(("pairs", position, "name"), pair.name) for position, pair in enumerate(raw.pairs)]
    for path, text in texts:
        given = [text] if isinstance(text, str) else [text.en, text.ru] if text else []
        if text is not None and not any(normal(part or "") for part in given):
            raise document.error(path, Said("the text is blank"), Said("Write one text, or {en: ..., ru: ...}."))


def _won(raw: RawFunnel, document: Document) -> None:
    won = [position for position, stage in enumerate(raw.stages) if stage.won]
    last = len(raw.stages) - 1
    if not won:
        name = raw.stages[last].id
        cure = Said("Mark the last stage, `{id}`, with `won: true`; or add a last stage that means the deal is won.", id=name)
        raise document.error(("stages", last, "won"), Said("no stage is the won one"), cure)
    if len(won) > 1:
        cure = Said("Keep `won: true` on the last stage, `{id}`, only.", id=raw.stages[last].id)
        message = Said.count("{n} stage is marked as won", "{n} stages are marked as won", len(won))
        raise document.error(("stages", won[0], "won"), message, cure)
    if won[0] != last:
        cure = Said("Move the won stage to the end; what comes after the win is no part of the sales funnel.")
        message = Said("the won stage `{id}` is not the last one", id=raw.stages[won[0]].id)
        raise document.error(("stages", won[0], "won"), message, cure)


def _stage_labels(stage: RawStage, position: int) -> Iterator[tuple[Path, str]]:
    base: Path = ("stages", position)
    yield (*base, "id"), stage.id
    if isinstance(stage.name, str):
        yield (*base, "name"), stage.name
    else:
        yield from (((*base, "name", lang), text) for lang, text in (("en", stage.name.en), ("ru", stage.name.ru)) if text)
    yield from (((*base, "aliases", number), alias) for number, alias in enumerate(stage.aliases))


def _listed(key: Path, labels: list[str]) -> Iterator[tuple[Path, str]]:
    yield from (((*key, number), label) for number, label in enumerate(labels))


def _labels(raw: RawFunnel, document: Document) -> None:
    """A label means one thing. An excluded label may also be a lost or on-hold one: exclusion comes first."""
    groups = [_stage_labels(stage, position) for position, stage in enumerate(raw.stages)]
    stages_only = _apart(groups, document)
    _apart([_listed(("exclude", "labels"), raw.exclude.labels if raw.exclude else [])], document, dict(stages_only))
    _apart([_listed(("lost",), raw.lost), _listed(("on_hold",), raw.on_hold)], document, stages_only)


def _status(raw: RawFunnel, document: Document) -> None:
    if raw.status:
        groups = [("won", raw.status.won), ("lost", raw.status.lost), ("open", raw.status.open)]
        _apart([_listed(("status", key), words) for key, words in groups], document)
    if raw.exclude:
        for key, words in (("lost_reasons", raw.exclude.lost_reasons), ("sources", raw.exclude.sources)):
            _apart([_listed(("exclude", key), words)], document)


def _apart(groups: list[Iterator[tuple[Path, str]]], document: Document, seen: dict[str, Path] | None = None) -> dict[str, Path]:
    """No label of one group is in another; twice in the same group is harmless. Returns normal label -> where it stands first."""
    seen = {} if seen is None else seen
    for group in groups:
        own: dict[str, Path] = {}
        for path, label in group:
            key = normal(label)
            if not key:
                raise document.error(path, Said("the label is blank"), Said("Write the text that your CRM shows, or delete the item."))
            if key in seen:
                cure = Said(
                    "Labels are compared without case, spaces, ё/е and look-alike letters. Keep it in the one place where it belongs."
                )
                line = str(document.lines.get(seen[key]))
                message = Said("`{label}` is in two places: {key} in line {line} has it too", label=label, key=key_of(seen[key]), line=line)
                raise document.error(path, message, cure)
            own.setdefault(key, path)
        seen |= own
    return seen


def _numbers(raw: RawFunnel, document: Document) -> None:
    for position, stage in enumerate(raw.stages):
        path: Path = ("stages", position)
        if stage.max_days is not None and not 0 < stage.max_days < math.inf:
            cure = Said("Write how many days a deal may stand here, such as 14; or delete the key to take the limit from the data.")
            raise document.error((*path, "max_days"), Said("must be more than 0: {value}", value=f"{stage.max_days:g}"), cure)
        if stage.target is not None and not 0 <= stage.target <= 1:
            raise document.error((*path, "target"), *_no_share(stage.target, Said("Write a share such as 0.6.")))
        for key, value in (("max_days", stage.max_days), ("target", stage.target)):
            if stage.won and value is not None:
                cure = Said("Delete it; a target for reaching the win belongs to the stage before.")
                raise document.error((*path, key), Said("has no meaning in the won stage: no step follows it"), cure)


def _timezone(raw: RawFunnel, document: Document) -> None:
    if raw.timezone == "UTC":
        return
    try:
        ZoneInfo(raw.timezone)
    except (KeyError, ValueError, OSError):
        hint = did_you_mean(nearest(raw.timezone, sorted(available_timezones())))
        cure = sentences(hint, Said("Write an IANA name such as Europe/Moscow, or UTC."))
        raise document.error(("timezone",), Said("unknown time zone `{name}`", name=raw.timezone), cure) from None


def _known_stage(stage_id: str, raw: RawFunnel, document: Document, path: Path) -> int:
    ids = [stage.id for stage in raw.stages]
    if stage_id not in ids:
        cure = did_you_mean(f"`{name}`" for name in nearest(stage_id, ids)) or Said("Known ids: {ids}.", ids=ids)
        raise document.error(path, Said("there is no stage with the id `{id}`", id=stage_id), cure)
    return ids.index(stage_id)


def _key_stage(raw: RawFunnel, document: Document) -> None:
    if raw.key_stage is None:
        return
    position = _known_stage(raw.key_stage, raw, document, ("key_stage",))
    if position in (0, len(raw.stages) - 1):
        first = Said("`{id}` is the first stage; the key stage is an intermediate one", id=raw.key_stage)
        won = Said("`{id}` is the won stage; the key stage is an intermediate one", id=raw.key_stage)
        ids = [stage.id for stage in raw.stages[1:-1]]
        cure = Said("Choose one in between: {ids}.", ids=ids) if ids else Said("This funnel has none in between: delete the key.")
        raise document.error(("key_stage",), won if position else first, cure)


def _pairs(raw: RawFunnel, document: Document) -> None:
    for number, pair in enumerate(raw.pairs):
        start = _known_stage(pair.start, raw, document, ("pairs", number, "from"))
        end = _known_stage(pair.end, raw, document, ("pairs", number, "to"))
        if start >= end:
            same = Said("`{one}` is `{other}`: a pair goes forward", one=pair.start, other=pair.end)
            back = Said("`{one}` comes after `{other}`: a pair goes forward", one=pair.start, other=pair.end)
            cure = Said("Swap the two.") if start > end else Said("Name a later stage under `to`.")
            raise document.error(("pairs", number, "from"), back if start > end else same, cure)


def _columns(raw: RawFunnel, document: Document) -> None:
    for field, header in raw.columns.items():
        path: Path = ("columns", field)
        if isinstance(header, str):
            if field == "entered":
                cure = Said("Write `stage id: header` lines, indented under it.")
                raise document.error(path, Said("expected a mapping, got text"), cure)
            _header(header, document, path)
        elif field != "entered":
            cure = Said("Only `entered` holds a mapping: stage id -> header of its date column.")
            raise document.error(path, Said("expected the text of a header, got a mapping"), cure)
        else:
            for stage_id, text in header.items():
                _known_stage(stage_id, raw, document, (*path, stage_id))
                _header(text, document, (*path, stage_id))


def _header(header: str, document: Document, path: Path) -> None:
    if not normal(header):
        raise document.error(path, Said("the header is blank"), Said("Write the header as the export has it, or delete the key."))


def _plan(raw: RawFunnel, document: Document) -> None:
    plan = raw.plan
    if plan is None:
        return
    if plan.period not in ("month", "quarter", "year") and not _is_range(plan.period):
        cure = Said("Write month, quarter, year, or first and last day: 2026-01-01..2026-03-31.")
        raise document.error(("plan", "period"), Said("not a period: `{text}`", text=plan.period), cure)
    if plan.wins is None and plan.amount is None:
        raise document.error(("plan",), Said("the plan holds neither wins nor amount"), Said("Add `wins: 20` or `amount: 3000000`."))
    for key, value in (("wins", plan.wins), ("amount", plan.amount)):
        if value is not None and not 0 < value < math.inf:
            cure = Said("Write what is planned, or delete the key.")
            raise document.error(("plan", key), Said("must be more than 0: {value}", value=str(value)[:40]), cure)


def _is_range(period: str) -> bool:
    found = re.fullmatch(r"([0-9]{4}-[0-9]{2}-[0-9]{2})\.\.([0-9]{4}-[0-9]{2}-[0-9]{2})", period)
    try:
        return bool(found) and date.fromisoformat(found[1]) <= date.fromisoformat(found[2])  # type: ignore[index]
    except ValueError:
        return False


SHARES = ("max_stalled_share", "max_unplaced_share", "max_unmapped_share", "max_missing_amount_share", "max_missing_owner_share",
          "min_plan_chance")  # fmt: skip


def _checks(raw: RawFunnel, document: Document) -> None:
    checks = raw.checks
    if checks is None:
        return
    _demands(checks, raw, document)
    if checks.amount_due is not None:
        _known_stage(checks.amount_due, raw, document, ("checks", "amount_due"))
    for base, severity, ignore in (
        (("checks",), checks.severity, checks.ignore),
        *((("checks", "paths", glob), one.severity, one.ignore) for glob, one in checks.paths.items()),
    ):
        for code in severity:
            _known_code(code, document, (*base, "severity", code))
        for number, code in enumerate(ignore):
            _known_code(code, document, (*base, "ignore", number))


def _demands(checks: RawChecks, raw: RawFunnel, document: Document) -> None:
    for key, by_stage in (("min_conversion", checks.min_conversion), ("max_days", checks.max_days)):
        for stage_id, value in by_stage.items():
            path: Path = ("checks", key, stage_id)
            if _known_stage(stage_id, raw, document, path) == len(raw.stages) - 1:
                cure = Said("Name the stage before it, or delete it.")
                raise document.error(path, Said("has no meaning for the won stage: no step follows it"), cure)
            if key == "min_conversion":
                _share(value, document, path)
            elif not 0 < value < math.inf:
                message = Said("must be more than 0: {value}", value=f"{value:g}")
                raise document.error(path, message, Said("Write how many days, such as 14."))
    for key in SHARES:
        _share(getattr(checks, key), document, ("checks", key))
    days = checks.max_age_days
    if days is not None and not 0 <= days < math.inf:
        message = Said("must not be negative: {value}", value=f"{days:g}")
        raise document.error(("checks", "max_age_days"), message, Said("Write how many days, such as 2."))


def _share(value: float | None, document: Document, path: Path) -> None:
    if value is not None and not 0 <= value <= 1:
        raise document.error(path, *_no_share(value, Said("Write a share such as 0.1.")))


def _no_share(value: float, cure: Said) -> tuple[Said, Said]:
    """What is wrong with a share, and the cure: another one where per cent were meant."""
    if 1 < value <= 100:
        cure = Said("Write {share} for {value} %.", share=f"{value / 100:.12g}", value=f"{value:g}")
    return Said("a share from 0 to 1 is wanted: {value}", value=f"{value:g}"), cure


def _known_code(code: str, document: Document, path: Path) -> None:
    if not known(code):
        every = Said("Codes: {groups} and {first} to {last}.", groups=groups(), first=codes()[0], last=codes()[-1])
        cure = sentences(did_you_mean(likely(code)) or every, Said("`funnel-audit explain` lists them all."))
        raise document.error(path, Said("there is no finding with the code `{code}`", code=code), cure)

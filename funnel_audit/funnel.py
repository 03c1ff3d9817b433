"""stages.yaml as a typed record: the ordered completed-state stages, and what an audit may ask of them."""

from __future__ import annotations

from typing import Literal

import msgspec

from funnel_audit.labels import LOST, ON_HOLD, normal

MAX_STAGES = 60


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A name in both languages; one that is missing falls back to the other."""

    en: str | None = None
    ru: str | None = None

    def in_lang(self, lang: str) -> str:
        return (self.ru or self.en if lang == "ru" else self.en or self.ru) or ""


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """One completed state. ``max_days``: longer in it is stalled. ``target``: the step's conversion to be held, 0-1."""

    id: str
    name: Text
    task: Text | None = None
    aliases: tuple[str, ...] = ()
    max_days: float | None = None
    target: float | None = None
    won: bool = False

    def labels(self) -> tuple[str, ...]:
        """Every text that means this stage: id, names, aliases."""
        return tuple(label for label in (self.id, self.name.en, self.name.ru, *self.aliases) if label)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """``period``: month, quarter or year (the one containing as-of), or "YYYY-MM-DD..YYYY-MM-DD", both days included."""

    period: str = "month"
    wins: int | None = None
    amount: float | None = None


class PairSpec(msgspec.Struct, frozen=True, kw_only=True):
    start: str
    end: str
    name: Text | None = None


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """Headers of an odd export: canonical field -> header; ``entered``: stage id -> header of its date column."""

    fields: dict[str, str] = {}
    entered: dict[str, str] = {}


class Exclude(msgspec.Struct, frozen=True, kw_only=True):
    """Deals that are no deals: by loss reason, source or label (compared as labels are)."""

    lost_reasons: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


class StatusWords(msgspec.Struct, frozen=True, kw_only=True):
    """Values of a status column that say the outcome."""

    won: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    open: tuple[str, ...] = ()


class PathChecks(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for files whose name or path matches ``glob``."""

    glob: str
    severity: dict[str, str] = {}
    ignore: tuple[str, ...] = ()


class Checks(msgspec.Struct, frozen=True, kw_only=True):
    """What the user demands; None and empty: nothing. Shares are 0-1, lengths days. Codes may be groups: FA3 is all of FA301 to FA399."""

    min_conversion: dict[str, float] = {}
    max_days: dict[str, float] = {}
    max_stalled_share: float | None = None
    max_unplaced_share: float | None = None
    max_unmapped_share: float | None = None
    max_missing_amount_share: float | None = None
    max_missing_owner_share: float | None = None
    min_plan_chance: float | None = None
    max_age_days: float | None = None
    amount_due: str | None = None
    on_no_evidence: Literal["warn", "fail"] = "warn"
    severity: dict[str, str] = {}
    ignore: tuple[str, ...] = ()
    paths: tuple[PathChecks, ...] = ()


Source = Literal["file", "packaged", "export", "dialect"]


class Funnel(msgspec.Struct, frozen=True, kw_only=True):
    """The funnel that journeys are read against; the last stage is the won one."""

    stages: tuple[Stage, ...]
    title: Text = Text()
    timezone: str = "UTC"
    currency: str | None = None
    lost: tuple[str, ...] = ()
    on_hold: tuple[str, ...] = ()
    key_stage: str | None = None
    plan: Plan | None = None
    pairs: tuple[PairSpec, ...] = ()
    columns: Columns = Columns()
    exclude: Exclude = Exclude()
    status: StatusWords = StatusWords()
    checks: Checks = Checks()
    source: Source = "file"
    path: str = ""

    def index(self, stage_id: str) -> int:
        """Position of a stage in the funnel; KeyError when there is none of that id."""
        for position, stage in enumerate(self.stages):
            if stage.id == stage_id:
                return position
        raise KeyError(stage_id)

    def label_index(self) -> dict[str, int]:
        """Normal form of every known label -> stage position, ``ON_HOLD`` or ``LOST``; a label that is not in it is ``UNMAPPED``.

        A stage is known by its id, its names and its aliases. Were a label in two places (a stages.yaml with that is refused), the
        earliest stage has it, then on hold, then lost.
        """
        codes: dict[str, int] = {}
        for position, stage in enumerate(self.stages):
            for label in stage.labels():
                codes.setdefault(normal(label), position)
        for code, labels in ((ON_HOLD, self.on_hold), (LOST, self.lost)):
            for label in labels:
                codes.setdefault(normal(label), code)
        return codes

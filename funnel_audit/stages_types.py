"""stages.yaml as it is written: the types that validate it, document it and make its JSON Schema."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta


class RawText(msgspec.Struct, forbid_unknown_fields=True):
    """The same text in English and Russian; one that is missing falls back to the other."""

    en: Annotated[str | None, Meta(description="English text.")] = None
    ru: Annotated[str | None, Meta(description="Russian text.")] = None


class RawStage(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One completed state: what has been done when a deal stands here."""

    id: Annotated[str, Meta(description="Short name, used in pairs, key_stage and the JSON report.")]
    name: Annotated[str | RawText, Meta(description="What a reader sees: one text, or {en: ..., ru: ...}.")]
    task: Annotated[str | RawText | None, Meta(description="What has to happen for the deal to move on.")] = None
    aliases: Annotated[list[str], Meta(description="Names of this stage in the CRM; case, spaces and ё/е do not matter.")] = []
    max_days: Annotated[float | None, Meta(description="Longer than this many days in the stage is stalled.")] = None
    target: Annotated[float | None, Meta(description="Share, 0 to 1, that has to move on to the next stage.")] = None
    won: Annotated[bool, Meta(description="True for the last stage, and only for it: the deal is won.")] = False


class RawPlan(msgspec.Struct, forbid_unknown_fields=True):
    """What the forecast is held against."""

    period: Annotated[str, Meta(description="month, quarter, year, or YYYY-MM-DD..YYYY-MM-DD with both days included.")] = "month"
    wins: Annotated[int | None, Meta(description="Deals to be won in the period.")] = None
    amount: Annotated[float | None, Meta(description="Money to be won in the period, in the main currency.")] = None


class RawPair(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Two stages between which conversion and days are reported."""

    start: Annotated[str, Meta(description="Id of the earlier stage.")] = msgspec.field(name="from")
    end: Annotated[str, Meta(description="Id of the later stage.")] = msgspec.field(name="to")
    name: Annotated[str | RawText | None, Meta(description="How the trade calls it: one text, or {en: ..., ru: ...}.")] = None


class RawExclude(msgspec.Struct, forbid_unknown_fields=True):
    """Deals that are no deals: counted as excluded, in no other figure."""

    lost_reasons: Annotated[list[str], Meta(description="Loss reasons, such as duplicate or spam.")] = []
    sources: Annotated[list[str], Meta(description="Sources, such as test.")] = []
    labels: Annotated[list[str], Meta(description="Stage labels that are no stage of this funnel.")] = []


class RawStatus(msgspec.Struct, forbid_unknown_fields=True):
    """Words of a status column that say the outcome."""

    won: Annotated[list[str], Meta(description="Words that mean won.")] = []
    lost: Annotated[list[str], Meta(description="Words that mean lost.")] = []
    open: Annotated[list[str], Meta(description="Words that mean open.")] = []


Severity = Literal["error", "warning", "info"]
Code = Annotated[str, Meta(description="A code such as FA203, or a group such as FA2.")]


class RawPathChecks(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What holds for some files only."""

    severity: Annotated[dict[str, Severity], Meta(description="Code -> error, warning or info.")] = {}
    ignore: Annotated[list[Code], Meta(description="Codes that are not reported for these files.")] = []


class RawChecks(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What `funnel-audit check` demands of the data and of the funnel."""

    min_conversion: Annotated[dict[str, float], Meta(description="Stage id -> least share, 0 to 1, that has to move on from it.")] = {}
    max_days: Annotated[dict[str, float], Meta(description="Stage id -> most days that half of the deals may need in it (median).")] = {}
    max_stalled_share: Annotated[float | None, Meta(description="Most open deals that may be stalled, a share of 0 to 1.")] = None
    max_unplaced_share: Annotated[float | None, Meta(description="Most losses that may be at no known step, a share of 0 to 1.")] = None
    max_unmapped_share: Annotated[float | None, Meta(description="Most deals in labels that no stage knows, a share of 0 to 1.")] = None
    max_missing_amount_share: Annotated[
        float | None, Meta(description="Most deals without an amount where one is due, a share of 0 to 1.")
    ] = None
    max_missing_owner_share: Annotated[float | None, Meta(description="Most deals without an owner, a share of 0 to 1.")] = None
    min_plan_chance: Annotated[float | None, Meta(description="Least forecast chance of reaching the plan, 0 to 1.")] = None
    max_age_days: Annotated[float | None, Meta(description="Most days between the newest date of the export and today.")] = None
    amount_due: Annotated[str | None, Meta(description="Id of the stage from which a deal has to have an amount.")] = None
    on_no_evidence: Annotated[
        Literal["warn", "fail"], Meta(description="What a demand is that the data are too few to judge: a warning or an error.")
    ] = "warn"
    severity: Annotated[dict[str, Severity], Meta(description="Code or group -> error, warning or info.")] = {}
    ignore: Annotated[list[Code], Meta(description="Codes or groups that are not reported.")] = []
    paths: Annotated[dict[str, RawPathChecks], Meta(description="Pattern of file names -> severity and ignore for them.")] = {}


class RawFunnel(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The sales funnel: an ordered list of completed states, and what to make of the labels of an export."""

    title: Annotated[str | RawText | None, Meta(description="Title of the report.")] = None
    timezone: Annotated[str, Meta(description="IANA time zone of dates without an offset, such as Europe/Moscow.")] = "UTC"
    currency: Annotated[
        Annotated[str, Meta(pattern="^[A-Z]{3}$")] | None, Meta(description="Main currency, ISO 4217 in capitals, such as RUB.")
    ] = None
    stages: Annotated[list[RawStage], Meta(description="Stages in order; the last one is the won one. 2 to 60.")]
    lost: Annotated[list[str], Meta(description="Labels that mean the deal is lost.")] = []
    on_hold: Annotated[list[str], Meta(description="Labels that park a deal: it stays open where it was.")] = []
    key_stage: Annotated[str | None, Meta(description="Id of the intermediate stage that decides.")] = None
    plan: Annotated[RawPlan | None, Meta(description="What the forecast is held against.")] = None
    pairs: Annotated[list[RawPair], Meta(description="Pairs of stages to report conversion and days for.")] = []
    columns: Annotated[
        dict[str, str | dict[str, str]],
        Meta(description="Headers of an odd export: field -> header; `entered`: stage id -> header of its date column."),
    ] = {}
    exclude: Annotated[RawExclude | None, Meta(description="Deals that are no deals: duplicates, spam, tests.")] = None
    status: Annotated[RawStatus | None, Meta(description="Words of a status column that mean won, lost or open.")] = None
    checks: Annotated[RawChecks | None, Meta(description="What `funnel-audit check` demands.")] = None


def funnel_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of stages.yaml, for editors; what it cannot say (order, unique labels) is checked on loading."""
    schema = msgspec.json.schema(RawFunnel)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "funnel-audit stages.yaml", **schema}

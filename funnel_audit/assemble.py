"""Puts an audit together: count once, measure, look for flaws, and hand the finished record on. Computes nothing of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from funnel_audit import recorded, report
from funnel_audit.ahead import Ask, look_ahead
from funnel_audit.doctor import capabilities
from funnel_audit.findings import Evidence, run
from funnel_audit.foremost import foremost
from funnel_audit.in_short import in_short
from funnel_audit.measured import main_currency, measure
from funnel_audit.measures import segments as segments_
from funnel_audit.measures import stalled as stalled_
from funnel_audit.notes import notes
from funnel_audit.over_time import over_time
from funnel_audit.pieces import side_by_side, three_at_once
from funnel_audit.segments_of import segments_of
from funnel_audit.selective import selective
from funnel_audit.tally import tally

if TYPE_CHECKING:
    from funnel_audit.intake.read import Reading
    from funnel_audit.measures.calendar import Kind
    from funnel_audit.texts import Texts

CHOSEN = ("cap", "round", "closing_filter", "imported")
"""Signs after which the number of new deals a day is that of the export, not of the company."""


def assemble(
    reading: Reading, texts: Texts, *, top: int = 10, today_us: int | None = None, ask: Ask | None = None, period: Kind = "month"
) -> report.Audit:
    """The finished audit of a reading, in the language of ``texts``; ``top``: how many stalled deals are listed; ``ask``: what to forecast;
    ``period``: by what calendar periods it is told how things went.

    ``today_us`` is the end of today's local day, for the one rule that asks how old the export is; None: it is not asked.
    """
    journeys, funnel = reading.journeys, reading.funnel
    counted, signs = side_by_side(
        journeys.n, lambda: tally(journeys, len(funnel.pairs)), lambda: selective(journeys, row_counts(reading))
    )  # fmt: skip
    currency = main_currency(counted, funnel)
    chosen_period = bool(reading.options.created_from or reading.options.created_to)
    splits = segments_of(journeys, currency)
    all_deals = not chosen_period and not any(sign.kind in CHOSEN for sign in signs)
    coming, history, m = three_at_once(
        journeys.n,
        lambda: look_ahead(journeys, counted, funnel, currency, replace(ask or Ask(), chosen_period=chosen_period), texts),
        lambda: over_time(journeys, counted, funnel, currency, splits, kind=period, all_deals=all_deals),
        lambda: measure(counted, funnel),
    )
    found = stalled_.stalled(journeys, m.limits, m.currency, top, coming.chances)
    totals, why_no_win_rate = recorded.totals(m)
    stages = tuple(recorded.stage(m, funnel, k, texts.lang) for k in range(m.tally.stages))
    leaks = tuple(recorded.leak(leak, funnel) for leak in m.leaks)
    segments = segments_.segments(
        journeys, counted, splits, recorded.known_of_segments(m, journeys), currency,
        [stage.id for stage in funnel.stages],
    )  # fmt: skip
    can = capabilities(m.tally, m.steps, reading.lacks, texts, coming.basis, shape=reading.shape)
    audit = report.Audit(
        title=funnel.title.in_lang(texts.lang),
        lang=texts.lang,
        as_of=journeys.as_of.iso_utc(),
        as_of_local=journeys.as_of.iso_local(funnel.timezone),
        timezone=funnel.timezone,
        input=recorded.read_input(reading),
        summary=(),
        totals=totals,
        funnel=stages,
        leaks=leaks,
        stalled=recorded.stalled(found, reading, texts.lang),
        pairs=tuple(recorded.pair(index, rate, funnel, texts.lang) for index, rate in enumerate(m.pairs)),
        key_stage=coming.key_stage,
        forecast=coming.forecast,
        segments=segments,
        periods=history.periods,
        cohorts=history.cohorts,
        changes=history.changes,
        capabilities=can,
        notes=(*notes(m.steps, stages, why_no_win_rate, found.count is None, m.tally, texts), *coming.notes),
        findings=(),
    )
    evidence = Evidence(
        journeys,
        m.tally,
        funnel,
        reading.defects,
        reading.labels,
        tuple(pipeline for pipeline in reading.pipelines if pipeline[0] in reading.audited),
        tuple(part.outline.head.file for part in reading.tables),
        reading.place,
        signs,
        audit,
        reading.shape == "snapshots",
        today_us,
    )
    findings = run(evidence, texts)
    audit = audit.with_findings(findings, foremost(findings, texts))
    return audit.with_summary(in_short(audit, texts))


def row_counts(reading: Reading) -> list[tuple[str, int, tuple[int, ...]]]:
    """File, rows in it (also those that were left out), and the row caps of its CRM. Of one pipeline's rows nothing can be told."""
    if reading.options.pipeline is not None or 0 < len(reading.audited) < len(reading.pipelines):
        return []
    junk = {defect.file: defect.count for defect in reading.defects if defect.kind == "junk_rows"}
    files = [(part.outline.head.file, part.rows, part.outline.found.dialect.row_caps) for part in reading.tables]
    return [(file, rows + junk.get(file, 0), caps) for file, rows, caps in files]

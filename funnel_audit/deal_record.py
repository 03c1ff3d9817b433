"""One deal's story as a frozen record tree: what is known of it, what every entry meant, where it counts. Nothing here computes."""

from __future__ import annotations

from funnel_audit.report import Finding, Record

SCHEMA = "funnel-audit-deal/1"


class Entry(Record, frozen=True, kw_only=True):
    """One recorded entry. ``at`` is local time (a date where only that is known, None from before the data begin).

    ``rule`` is what became of it: begins_stay, won, back_move, again, repeated, on_hold, unmapped, lost, loss_undone, after_as_of.
    """

    at: str | None
    label: str
    stage: str | None
    rule: str
    text: str


class Standing(Record, frozen=True, kw_only=True):
    """One stage of the funnel table, as this deal counts in it.

    ``how``: advanced, lost, open, won; unplaced (lost at no known step); None where the deal has not reached the stage. ``days`` is the
    length of the stay, None where it is not known or there is none (``skipped``).
    """

    stage: str
    name: str
    reached: bool
    seen: bool | None
    skipped: bool | None
    how: str | None
    entered: str | None = None
    left: str | None = None
    days: float | None = None


class Count(Record, frozen=True, kw_only=True):
    """What the deal is in one table of the report; ``table``: funnel, leaks, stalled, win_rate, days_to_win, money, pairs."""

    table: str
    text: str


class DealStory(Record, frozen=True, kw_only=True):
    schema: str = SCHEMA
    lang: str
    deal_id: str
    scope: str
    """in; or why it is in no figure: excluded (stages.yaml), not_yet (created after as-of)."""
    as_of_local: str
    timezone: str
    title: str | None = None
    company: str | None = None
    owner: str | None = None
    source: str | None = None
    loss_reason: str | None = None
    amount: float | None = None
    currency: str | None = None
    file: str | None = None
    line: int | None = None
    label: str | None = None
    """The stage that its row shows, as the code of stages.yaml has it."""
    created: str | None = None
    closed: str | None = None
    outcome: str
    decided_by: str
    """Which rule of precedence decided the outcome: status, history, label, flag, closing_date, nothing."""
    why: str
    entries: tuple[Entry, ...] = ()
    stages: tuple[Standing, ...] = ()
    counts: tuple[Count, ...] = ()
    findings: tuple[Finding, ...] = ()

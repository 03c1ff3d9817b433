"""Which instant the audit looks at, and which deals the user's period leaves out."""

from __future__ import annotations

from typing import Any

import numpy as np

from funnel_audit.clock import NAT, AsOf, end_of_day
from funnel_audit.errors import Said, UsageError
from funnel_audit.frozen import Frozen
from funnel_audit.funnel import Funnel
from funnel_audit.intake.dates import parse_moment
from funnel_audit.intake.newest import newest
from funnel_audit.journeys import Entries, Facts, Moments
from funnel_audit.pieces import edges, in_pieces


class Options(Frozen):
    """What the user chose. Dates are texts as typed: ISO dates or instants. ``dialect`` is the path of a dialect of the user's own."""

    as_of: str | None = None
    created_from: str | None = None
    created_to: str | None = None
    pipeline: str | None = None
    sheet: str | None = None
    keep: bool = False
    """Keep facts and entries as they were before the as-of and the exclusions cut them: for the story of one deal."""
    dialect: str | None = None
    any_day: bool = False
    """Snapshots of which nothing says the day, or of one day, are taken in the order given, a day apart: for ``inspect`` and ``init``."""
    by: tuple[str, ...] | None = None
    """Columns that tell kinds of deals, as typed after ``--by``; None: those that every audit compares, where the export has them."""


def resolve_as_of(
    facts: Facts, entries: Entries, funnel: Funnel, options: Options, *, born_with_entry: bool = False
) -> tuple[AsOf, tuple[int, ...]]:
    """The as-of asked for, else the newest date of the data. ``born_with_entry``: the creation dates are known to be those of entries."""
    if options.as_of is not None:
        us, day = moment(options.as_of, "--as-of", funnel.timezone)
        return AsOf(end_of_day(us, funnel.timezone) if day else us, day, chosen=True), ()
    only_history = born_with_entry or (bool((facts.row < 0).all()) and made_from(facts.created.at, entries))
    deals = [] if only_history else [facts.created]  # made from the entries: they are no second witness
    found = newest([*deals, facts.updated, facts.stage_changed, Moments(entries.at, entries.day)], funnel.timezone)
    if found is None:
        over = facts.closed.take(np.flatnonzero((facts.status > 0) | (facts.flag > 0) | (facts.label >= len(funnel.stages) - 1)))
        found = newest([over], funnel.timezone)
    if found is None:
        raise UsageError(Said("the export holds no date that says of which day it is. Give it: --as-of 2026-03-31"))
    return found.as_of, found.lone


def before_the_first(as_of: str, facts: Facts, entries: Entries, funnel: Funnel) -> UsageError:
    """The error for an as-of by which no deal exists: there is nothing to be told, least of all that all is well."""
    zone = funnel.timezone
    born = int(facts.created.at[facts.created.at != NAT].min())
    last = newest([facts.created, facts.updated, facts.stage_changed, Moments(entries.at, entries.day)], zone)
    first_day, last_day = (AsOf(us, True).iso_local(zone)[:10] for us in (born, last.as_of.us if last else born))
    return UsageError(
        Said(
            "--as-of {as_of}: no deal exists by then; the dates of the data go from {first} to {last}.",
            as_of=as_of, first=first_day, last=last_day,
        )
    )  # fmt: skip


def made_from(created: Any, entries: Entries) -> bool:
    """Whether every creation date is an entry's: nearly always one of the deal's own, a hundredth of the cost of a look-up."""
    own = np.zeros(len(created), bool)

    def mark(begin: int, end: int) -> None:
        deal = entries.deal[begin:end]
        own[deal[np.flatnonzero(entries.at[begin:end] == created[deal])]] = True  # whatever thread writes, it writes the same

    in_pieces(edges(len(entries)), mark)
    rest = created[~own]
    return not len(rest) or (bool((entries.at == rest[0]).any()) and bool(np.isin(rest, entries.at).all()))


def moment(text: str, option: str, timezone: str) -> tuple[int, bool]:
    """An option's date; (instant, is it only a date)."""
    try:
        return parse_moment(text, timezone)
    except ValueError as error:
        raise UsageError(Said("{option}: {what}", option=option, what=error.args[0])) from error


def created_outside(facts: Facts, options: Options, timezone: str) -> Any:
    """Which deals --from and --to leave out; a deal without a creation date is in no period."""
    out = np.zeros(facts.n, bool)
    if options.created_from is not None:
        start, _ = moment(options.created_from, "--from", timezone)
        out |= (facts.created.at == NAT) | (facts.created.at < start)
    if options.created_to is not None:
        us, day = moment(options.created_to, "--to", timezone)
        end = end_of_day(us, timezone) if day else us
        out |= (facts.created.at == NAT) | (facts.created.at > end)
    if options.created_from is not None and options.created_to is not None and start > end:
        raise UsageError(Said("--from {start} is after --to {end}.", start=options.created_from, end=options.created_to))
    if out.all() and facts.n:
        raise UsageError(Said("--from and --to leave no deal: none was created in that period."))
    return out

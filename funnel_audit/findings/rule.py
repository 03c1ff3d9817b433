"""What a rule gets and gives. A rule is a module named by its code, such as ``fa101.py``; its docstring is its documentation.

NAME = N_("unreadable cell")        what is wrong, never how to mend it
SEVERITY = "warning"                error, warning or info: how bad
CONFIDENCE = "high"                 high, medium or low: how sure
def find(evidence, texts): ...      yields Found; never raises for bad data, never stops the run
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import msgspec

from funnel_audit import report
from funnel_audit.findings.calendar_counts import Changes, count_changes
from funnel_audit.frozen import Frozen

if TYPE_CHECKING:
    from funnel_audit.defects import Defect, LabelCount
    from funnel_audit.funnel import Checks, Funnel
    from funnel_audit.journeys import Journeys
    from funnel_audit.selective import Sign
    from funnel_audit.tally import Tally
    from funnel_audit.texts import Texts

SHOWN_DEALS = 5


class Evidence(Frozen, dict=True):
    """All that rules may look at. ``place`` tells the file and physical line of a deal's row, None where only a history knows the deal."""

    journeys: Journeys
    tally: Tally
    funnel: Funnel
    defects: tuple[Defect, ...]
    labels: tuple[LabelCount, ...]
    pipelines: tuple[tuple[str, int], ...]
    files: tuple[str, ...]
    place: Callable[[int], tuple[str, int] | None]
    signs: tuple[Sign, ...] = ()
    """Signs that the export is only a selection of the deals."""
    audit: report.Audit | None = None
    """The finished figures, for rules that hold them against ``checks``; without findings yet."""
    series: bool = False
    """Are the entries sightings of one export taken on several days? What happened between two of them is not seen."""
    today_us: int | None = None
    """The end of today's local day where the caller named a date (``check --today``); there is no clock in here."""

    @cached_property
    def changes(self) -> Changes:
        """The changes of stage by local hour."""
        return count_changes(self)

    @property
    def period(self) -> bool:
        """Does --to leave out the later deals? Then the data end before the export does."""
        return self.audit is not None and self.audit.input.created_to is not None

    @property
    def checks(self) -> Checks:
        """What stages.yaml demands under ``checks``."""
        return self.funnel.checks

    def of_kind(self, *kinds: str) -> list[Defect]:
        """The defects of some kinds, in the order in which they were found."""
        return [defect for defect in self.defects if defect.kind in kinds]

    def deal_place(self, deal: int) -> report.Place:
        """Where a deal stands, at least the file."""
        where = self.place(deal)
        return report.Place(file=self.files[0]) if where is None else report.Place(file=where[0], line=where[1])


class Found(Frozen):
    """One flaw. ``text`` says what and how much, with the numbers compared; ``cure`` what to do. ``deals`` are the first few codes.

    ``effect`` says what it does to the audit; ``numbers`` are the figures of ``text`` for machines; ``key`` is what makes it the same flaw
    in the next export: the deal's id, the stage or the label, never the row (see ``fingerprint``): **a rule that yields one flaw a deal
    sets it**. ``more`` counts further flaws that a rule does not yield one by one. ``severity`` overrides the rule's own for this one.
    """

    place: report.Place
    text: str
    cure: str
    count: int
    deals: tuple[int, ...] = ()
    effect: str = ""
    numbers: dict[str, float | int | str] = msgspec.field(default_factory=dict)
    key: str = ""
    severity: str | None = None
    more: int = 0


class Rule(Protocol):
    """What every rule's module looks like."""

    NAME: str
    SEVERITY: str
    CONFIDENCE: str

    def find(self, evidence: Evidence, texts: Texts) -> Iterable[Found]: ...

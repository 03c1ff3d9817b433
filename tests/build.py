"""Journeys from a table that a person can read, for tests: a funnel of letters, one deal a line.

    D1: a0 b3 c10.5 w20            # entered a on day 0, b on day 3, c at noon of day 10, w on day 20
    D2: a0 b5d x9 | amount=100     # b on day 5, a date without a time; lost on day 9; worth 100
    D3: b* c4 | begun=1            # stood in b before the data begin
    D4: | label=x created=0        # no history: only the deal row
    D5*30: a0 b2                   # thirty such deals

The stages are the letters of ``stages``, the last one the won stage. x is the lost label, h on hold, ? a label nobody mapped. Day 0 is
1 January 2025 in the timezone. After the bar: label, created, closed, updated, changed, status, flag, amount, currency, owner, reason,
excluded, before, begun. Without ``created`` a deal is as old as its first entry.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

import msgspec
import numpy as np
from msgspec.structs import replace

from funnel_audit.clock import DAY, NAT, AsOf, end_of_day, start_of_day
from funnel_audit.frozen import Frozen
from funnel_audit.journeys import NO_LABEL, STILL_OPEN, Entries, Facts, Journeys, Labels, Moments, Outcome, build
from funnel_audit.labels import LOST, ON_HOLD, UNMAPPED
from funnel_audit.tally import Tally, tally

SPECIAL = {"x": LOST, "h": ON_HOLD, "?": UNMAPPED}
OUTCOMES = {"open": Outcome.OPEN, "won": Outcome.WON, "lost": Outcome.LOST}
FIRST_DAY = date(2025, 1, 1)
_ENTRY = re.compile(r"([a-z?])(\*|[\d.]+d?)$")


class Deal(Frozen):
    """One line of the table; times are texts as they stand in it: days, "5d" a date only, "*" unknown."""

    id: str
    entries: tuple[tuple[str, str], ...] = ()
    facts: dict[str, str] = msgspec.field(default_factory=dict)


def parse(table: str) -> list[Deal]:
    """The deals of a table."""
    deals = []
    for line in filter(None, (line.partition("#")[0].strip() for line in table.splitlines())):
        name, _, rest = line.partition(":")
        journey, _, facts = rest.partition("|")
        entries = []
        for word in journey.split():
            found = _ENTRY.match(word)
            assert found is not None, f"not an entry: {word}"
            entries.append((found[1], found[2]))
        deal = Deal(name, tuple(entries), dict(part.split("=", 1) for part in facts.split()))
        base, star, times = name.partition("*")
        deals += [replace(deal, id=f"{base}.{i}") for i in range(int(times))] if star else [deal]
    return deals


def instant(text: str | None, timezone: str = "UTC") -> tuple[int, bool]:
    """(microseconds, is it only a date) of a time in the table."""
    if text is None or text == "*":
        return NAT, False
    begin = start_of_day(FIRST_DAY.year, 1, 1, timezone)
    if text.endswith("d"):
        day = FIRST_DAY + timedelta(days=int(text[:-1]))
        return start_of_day(day.year, day.month, day.day, timezone), True
    return begin + round(float(text) * DAY), False


def as_of_at(text: str | float, timezone: str = "UTC") -> AsOf:
    us, day = instant(str(text), timezone)
    return AsOf(end_of_day(us, timezone) if day else us, day)


def journeys(
    deals: str | Sequence[Deal], stages: str = "abcw", as_of: str | float = 100, *, timezone: str = "UTC", status_decides: bool = False,
    pairs: Sequence[str] = (),
) -> Journeys:  # fmt: skip
    """Journeys of a table; ``pairs`` as "ac": from a to c."""
    rows = parse(deals) if isinstance(deals, str) else list(deals)
    code = {letter: index for index, letter in enumerate(stages)} | SPECIAL

    def moments(name: str) -> Moments:
        pairs = [instant(row.facts.get(name), timezone) for row in rows]
        return Moments(np.array([us for us, _ in pairs], np.int64), np.array([day for _, day in pairs], bool))

    def born(row: Deal) -> str | None:
        known = [at for _, at in row.entries if at != "*"]
        return row.facts.get("created", min(known, key=lambda at: instant(at, timezone)[0], default=None))

    def labels(name: str) -> Labels:
        texts = sorted({row.facts[name] for row in rows if name in row.facts})
        return Labels(np.array([texts.index(row.facts[name]) if name in row.facts else -1 for row in rows], np.int32), tuple(texts))

    def column(name: str, dtype: type, missing: int, read: dict[str, int] | None = None) -> np.ndarray:
        values = [row.facts.get(name) for row in rows]
        return np.array([missing if v is None else read[v] if read else int(v) for v in values], dtype)

    created = [instant(born(row), timezone) for row in rows]
    amounts = [float(row.facts["amount"]) if "amount" in row.facts else None for row in rows]
    facts = replace(
        Facts.blank(len(rows), lambda index: rows[index].id),
        label=column("label", np.uint8, NO_LABEL, code), closed=moments("closed"), updated=moments("updated"),
        created=Moments(np.array([us for us, _ in created], np.int64), np.array([day for _, day in created], bool)),
        stage_changed=moments("changed"), status=column("status", np.int8, -1, OUTCOMES), flag=column("flag", np.int8, -1, OUTCOMES),
        status_decides=status_decides, amount=np.array([round((a or 0) * 100) for a in amounts], np.int64),
        amount_known=np.array([a is not None and a >= 0 for a in amounts], bool), currency=labels("currency"), owner=labels("owner"),
        lost_reason=labels("reason"), excluded=column("excluded", bool, 0), stage_before_loss=column("before", np.int8, -1, code),
        begun_before=column("begun", bool, 0),
    )  # fmt: skip
    listed = [(deal, instant(at, timezone), code[letter]) for deal, row in enumerate(rows) for letter, at in row.entries]
    entries = Entries(
        np.array([deal for deal, _, _ in listed], np.int32), np.array([at for _, (at, _), _ in listed], np.int64),
        np.array([label for _, _, label in listed], np.uint8), np.array([day for _, (_, day), _ in listed], bool),
    )  # fmt: skip
    spans = [(stages.index(start), stages.index(end)) for start, end in pairs]
    return build(facts, entries, stages=len(stages), as_of=as_of_at(as_of, timezone), timezone=timezone, pairs=spans)


def counted(deals: str | Sequence[Deal], stages: str = "abcw", as_of: str | float = 100, **options: object) -> Tally:
    """The tally of a table."""
    return tally(journeys(deals, stages, as_of, **options), len(options.get("pairs", ())))  # type: ignore[arg-type]


def outcomes(j: Journeys, stages: str = "abcw") -> dict[str, str]:
    """Deal -> outcome and furthest stage: "lost b"; "lost -" is an unplaced loss."""
    return {
        j.facts.id_text(i): f"{Outcome(j.outcome[i]).name.lower()} {stages[j.stage[i]] if j.placed[i] else '-'}" for i in range(j.n)
    }  # fmt: skip


def stays(j: Journeys, stages: str = "abcw") -> dict[str, str]:
    """Deal -> its stays: "a3>b b7>x" stood 3 days in a, moved to b, was lost after 7; "c9.." is open; "b?" has no known length."""
    out: dict[str, list[tuple[int, str]]] = {j.facts.id_text(i): [] for i in range(j.n)}
    s = j.stays
    for deal, stage, us, code in zip(s.deal, s.stage, s.us, s.exit, strict=True):
        length = "?" if us == NAT else f"{us / DAY:g}"
        to = ".." if code == STILL_OPEN else ">x" if code == LOST else ">" + stages[code]
        out[j.facts.id_text(int(deal))].append((int(stage), f"{stages[stage]}{length}{to}"))
    return {name: " ".join(text for _, text in sorted(found)) for name, found in out.items()}

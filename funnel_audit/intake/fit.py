"""Does the funnel fit the export? And if not, a funnel made from the export's own labels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from funnel_audit.clock import NAT
from funnel_audit.defects import LabelCount
from funnel_audit.errors import FunnelError
from funnel_audit.funnel import MAX_STAGES, Funnel, Stage, Text
from funnel_audit.intake.deals import label_to_code
from funnel_audit.labels import LOST, ON_HOLD, UNMAPPED, normal

if TYPE_CHECKING:
    from funnel_audit.intake.dialect import Dialect
    from funnel_audit.intake.history import LabelledEntries

MIN_SHARE = 0.8
_SAMPLE_DEALS = 50_000
OrderSource = str
"""How the stages of a made funnel were put in order: "history", "pipeline" (the CRM's default), or "appearance" (a guess)."""


def counted(texts: Sequence[str], codes: Any, funnel: Funnel) -> list[LabelCount]:
    """Every label with its deals, most frequent first; ``codes`` are label codes of deals (or of entries), -1 for blank."""
    counts = np.bincount(codes[codes >= 0], minlength=len(texts))
    mapped = label_to_code(texts, funnel)
    found = [LabelCount(text, int(counts[i]), int(mapped[i])) for i, text in enumerate(texts) if counts[i]]
    return sorted(found, key=lambda label: (-label.deals, label.text))


def mapped_share(labels: Sequence[LabelCount], funnel: Funnel, dialect: Dialect) -> float | None:
    """Of the deals that stand in labels which end nothing, the share in labels that the funnel knows; None where there are none."""
    won = len(funnel.stages) - 1
    terminal = {key(text) for text in (*dialect.labels.won, *dialect.labels.lost)}
    going = [label for label in labels if label.code not in (LOST, won) and not (label.code == UNMAPPED and key(label.text) in terminal)]
    total = sum(label.deals for label in going)
    return sum(label.deals for label in going if label.code != UNMAPPED) / total if total else None


def misfit(labels: Sequence[LabelCount], funnel: Funnel, file: str) -> FunnelError:
    """The error for a stages file of the user's own that does not fit: the labels, and the lines that would map them."""
    unknown = [label for label in labels if label.code == UNMAPPED]
    listing = "\n".join(f"    {label.deals:>8}  {label.text}" for label in unknown[:20])
    more = f"\n    … and {len(unknown) - 20} more" if len(unknown) > 20 else ""
    snippet = "\n".join(f"    aliases: [{label.text!r}]   # under the stage that it means, or under lost: / on_hold:" for label in unknown[:3])
    return FunnelError(
        f"the stages do not fit {file}: fewer than {MIN_SHARE:.0%} of its open deals stand in a label that they know. "
        f"Labels that they do not know, with their deals:\n{listing}{more}",
        file=funnel.path, cure=f"Map them in {funnel.path}:\n{snippet}\n  Or leave --stages out: a funnel is then made from the export.",
    )  # fmt: skip


def made_funnel(labels: Sequence[LabelCount], entries: LabelledEntries | None, base: Funnel, dialect: Dialect) -> tuple[Funnel, OrderSource]:
    """A funnel from the export's own labels, in the order in which deals pass them, else in the CRM's, else by first appearance.

    Won, lost and on hold are recognised by the words of the dialect and of the generic vocabulary; without a won label the funnel ends in
    a stage of its own.
    """
    from funnel_audit.intake.dialect import generic

    def words(name: str) -> set[str]:
        return {key(text) for source in (dialect, generic()) for text in getattr(source.labels, name)}

    won, lost, hold = words("won"), words("lost"), words("on_hold")
    texts = [label.text for label in labels]
    ended = [text for text in texts if key(text) in lost]
    parked = [text for text in texts if key(text) in hold]
    wins = [text for text in texts if key(text) in won]
    going = [text for text in texts if text not in {*ended, *parked, *wins}]
    source = "appearance"
    pipeline = [normal(text) for text in dialect.labels.pipeline]
    in_pipeline = sum(normal(text) in pipeline for text in going)
    if entries is not None and in_pipeline < len(going):
        going, source = by_history(going, entries), "history"
    elif in_pipeline * 2 > len(going):
        going, source = sorted(going, key=lambda text: pipeline.index(normal(text)) if normal(text) in pipeline else len(pipeline)), "pipeline"
    going = going[: MAX_STAGES - 1]
    stages = [Stage(id=identifier(text, index), name=Text(en=text, ru=text)) for index, text in enumerate(going)]
    last = Stage(id="won", name=Text(en=wins[0], ru=wins[0]) if wins else Text(en="Won", ru="Успех"), aliases=tuple(wins[1:]), won=True)
    seen: set[str] = set()
    unique = [stage for stage in stages if not (normal(stage.name.en or "") in seen or seen.add(normal(stage.name.en or "")))]  # type: ignore[func-returns-value]
    return msgspec.structs.replace(
        base, stages=(*unique, last), lost=tuple(ended), on_hold=tuple(parked), key_stage=None, pairs=(), source="export", path=""
    ), source


def key(text: str) -> str:
    """A label as words are compared: API names write spaces as underscores."""
    return normal(text).replace("_", " ")


def identifier(text: str, index: int) -> str:
    """A stage id from a label."""
    word = re.sub(r"\W+", "_", normal(text)).strip("_")
    return word if word and not word.isdigit() and word != "won" else f"stage_{index + 1}"


def by_history(texts: list[str], entries: LabelledEntries) -> list[str]:
    """Labels in the order in which deals pass them: a label comes before those that more deals enter after it than before it.

    First entries only, so that moves back do not count; every pair of labels is a vote of the deals that know both (Copeland's rule), ties go
    to the mean place within the deal. Up to 50,000 deals are asked.
    """
    code_of = {text: index for index, text in enumerate(entries.label.texts)}
    wanted = [code_of[text] for text in texts if text in code_of]
    rest = [text for text in texts if text not in code_of]
    place = np.full(len(entries.label.texts) + 1, -1)
    place[wanted] = np.arange(len(wanted))
    column = place[entries.label.codes]
    use = np.flatnonzero((column >= 0) & (entries.deal >= 0) & (entries.deal < _SAMPLE_DEALS) & (entries.at.at != NAT))
    deals = int(entries.deal[use].max()) + 1 if len(use) else 0
    never = np.iinfo(np.int64).max
    first = np.full((deals, len(wanted)), never, np.int64)
    np.minimum.at(first, (entries.deal[use], column[use]), entries.at.at[use])
    score = np.zeros(len(wanted))
    for a in range(len(wanted)):
        both = (first[:, [a]] != never) & (first != never)
        earlier = (both & (first[:, [a]] < first)).sum(axis=0)
        later = (both & (first[:, [a]] > first)).sum(axis=0)
        total = np.maximum(earlier + later, 1)
        score[a] = np.sign(earlier - later).sum() + ((earlier - later) / total).sum() / (len(wanted) + 1)
    order = sorted(range(len(wanted)), key=lambda index: (-score[index], index))
    return [entries.label.texts[wanted[index]] for index in order] + rest


def describe_code(code: int, funnel: Funnel) -> str:
    """A label's code in words: the stage's id, "lost", "on hold" or "unmapped"."""
    return {LOST: "lost", ON_HOLD: "on hold", UNMAPPED: "unmapped"}.get(code) or funnel.stages[code].id

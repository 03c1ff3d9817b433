"""Does the funnel fit the export? And if not, a funnel made from the export's own labels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from funnel_audit.clock import NAT
from funnel_audit.defects import LabelCount
from funnel_audit.errors import FunnelError, Said, sentences
from funnel_audit.funnel import MAX_STAGES, Funnel, Stage, Text
from funnel_audit.intake.deals import label_to_code
from funnel_audit.intake.dialect import generic
from funnel_audit.intake.unread_dates import by_dates
from funnel_audit.labels import LOST, ON_HOLD, UNMAPPED, normal

if TYPE_CHECKING:
    from funnel_audit.intake.dialect import Dialect
    from funnel_audit.intake.history import LabelledEntries
    from funnel_audit.intake.outline import Outline

WON = Text(en="Won", ru="Выиграно")
"""The won stage of a made funnel, where the export has no name for it."""
MIN_SHARE = 0.8
MANY_DEALS = 30
"""From so many deals with a history on, a default stage that none of them was ever in is one that the company has removed."""
_BARE = re.compile(r"(\d+) \(.+\)$")
_NUMBER = re.compile(r"^(\d{1,2}|\w)[ .):–-]+")
"""What a label is numbered or coded by, before what it says: "7. Lost", "A_DECLINED" (underscores are blanks by then)."""
_SAMPLE_DEALS = 50_000
OrderSource = str
"""How the stages of a made funnel were put in order: "history", "pipeline" (the CRM's default), "packaged" (the funnel brought along, where
it knows at least half of the labels), "dates" (of a column that is not read), or "appearance" (a guess)."""


def counted(texts: Sequence[str], codes: Any, funnel: Funnel) -> list[LabelCount]:
    """Every label with its deals, most frequent first; ``codes`` are label codes of deals (or of entries), -1 for blank."""
    counts = np.bincount(codes + 1, minlength=len(texts) + 1)[1:]
    mapped = label_to_code(texts, funnel)
    merged: dict[str, LabelCount] = {}
    for i, text in enumerate(texts):
        if counts[i]:
            before = merged[text].deals if text in merged else 0
            merged[text] = LabelCount(text, int(counts[i]) + before, int(mapped[i]))
    return sorted(merged.values(), key=lambda label: (-label.deals, label.text))


def mapped_share(labels: Sequence[LabelCount], funnel: Funnel, dialects: Sequence[Dialect]) -> float | None:
    """Of the deals that stand in labels which end nothing, the share in labels that the funnel knows; None where there are none."""
    won = len(funnel.stages) - 1
    terminal = {key(text) for dialect in dialects for text in (*dialect.labels.won, *dialect.labels.lost)}
    going = [label for label in labels if label.code not in (LOST, won) and not (label.code == UNMAPPED and key(label.text) in terminal)]
    total = sum(label.deals for label in going)
    return sum(label.deals for label in going if label.code != UNMAPPED) / total if total else None


def bridged(funnel: Funnel, dialects: Sequence[Dialect], texts: Sequence[str]) -> Funnel:
    """The funnel with what the dialects know of the labels ``texts``: the other names of a stage that it has (a code, the same in another
    language), and labels that end or park a deal. What the funnel itself says stands above that."""
    index = funnel.label_index()
    words: dict[str, int] = {}
    for dialect in dialects:
        if dialect is generic():  # its words are of all CRMs: good for a funnel that is made, too weak to complete one that is given
            continue
        for names in dialect.labels.groups():
            known = {index[key_] for name in names if (key_ := normal(name)) in index}
            if len(known) == 1:
                words |= dict.fromkeys(map(key, names), known.pop())
        for code, names in ((len(funnel.stages) - 1, dialect.labels.won), (LOST, dialect.labels.lost), (ON_HOLD, dialect.labels.on_hold)):
            for name in names:
                words.setdefault(key(name), code)
    added: dict[int, list[str]] = {}
    for text in texts:
        if normal(text) not in index and key(text) in words:
            added.setdefault(words[key(text)], []).append(text)
    if not added:
        return funnel
    stages = tuple(
        msgspec.structs.replace(stage, aliases=(*stage.aliases, *added[at])) if at in added else stage
        for at, stage in enumerate(funnel.stages)
    )
    return msgspec.structs.replace(
        funnel, stages=stages, lost=(*funnel.lost, *added.get(LOST, ())), on_hold=(*funnel.on_hold, *added.get(ON_HOLD, ()))
    )


def dialect_funnel(base: Funnel, dialect: Dialect, texts: Sequence[str], passed: frozenset[str] | None = None) -> Funnel | None:
    """The CRM's default pipeline as a funnel; None where the dialect has none. Stages are named as the export writes them.

    A stage that is optional in the CRM is left out unless the export has it; ``passed``: so is every stage that a long history never shows.
    """
    groups = dialect.labels.groups()
    if not groups:
        return None
    shown = {key(text): text for text in texts}
    optional = {key(text) for text in dialect.labels.optional}
    won = {key(text) for text in dialect.labels.won}
    going = [names for names in groups if not won & set(map(key, names))]
    kept = [
        names for names in going
        if any(key(name) in (shown if passed is None else passed) for name in names)
        or (passed is None and not any(key(name) in optional for name in names))
    ]  # fmt: skip
    if not kept:
        return None
    language = max(range(max(map(len, kept))), key=lambda at: (sum(key(names[min(at, len(names) - 1)]) in shown for names in kept), -at))
    stages = []
    for number, names in enumerate(kept):
        own = next((shown[key(name)] for name in names if key(name) in shown), names[min(language, len(names) - 1)])
        stages.append(Stage(id=identifier(own, number), name=Text(en=own, ru=own), aliases=tuple(name for name in names if name != own)))
    last = next((shown[key(name)] for name in dialect.labels.won if key(name) in shown), None)
    ends = [names for names in groups if won & set(map(key, names))] or [dialect.labels.won]
    last = last or (ends[0][min(language, len(ends[0]) - 1)] if ends[0] else None)
    success = Text(en=last, ru=last) if last else WON
    stages.append(Stage(id="won", name=success, aliases=dialect.labels.won, won=True))
    return msgspec.structs.replace(
        base, stages=tuple(stages), lost=dialect.labels.lost, on_hold=dialect.labels.on_hold, key_stage=None, pairs=(), source="dialect",
        path="", title=Text(),
    )  # fmt: skip


def fitting(texts: Sequence[str], codes: Any, told: LabelledEntries | None, funnel: Funnel, dialects: Sequence[Dialect],
            plans: Sequence[Outline]) -> tuple[list[LabelCount], Funnel, OrderSource | None]:  # fmt: skip
    """The labels with their deals, and the funnel that fits them: the user's, the packaged one, the CRM's default, or a made one."""
    stands = bridged(funnel, dialects, texts)
    labels = counted(texts, codes, stands)
    share = mapped_share(labels, stands, dialects)
    if share is None or share >= MIN_SHARE:
        return labels, stands, None
    if funnel.source == "file":
        raise misfit(labels, funnel, plans[0].head.file)
    seen = frozenset(key(text) for text in told.label.texts) if told is not None and _deals(told) >= MANY_DEALS else None
    for dialect in dialects:
        made = dialect_funnel(funnel, dialect, texts, seen)
        if made is None:
            continue
        made = bridged(made, dialects, texts)
        labels = counted(texts, codes, made)
        share = mapped_share(labels, made, dialects)
        if share is not None and share >= MIN_SHARE:
            return labels, made, "pipeline"
    made, source = made_funnel(labels, texts, told, stands, dialects, plans)
    return counted(texts, codes, made), made, source


def _deals(entries: LabelledEntries) -> int:
    return len(np.unique(entries.deal[entries.deal >= 0]))


def misfit(labels: Sequence[LabelCount], funnel: Funnel, file: str) -> FunnelError:
    """The error for a stages file of the user's own that does not fit: the labels, and the lines that would map them."""
    unknown = [label for label in labels if label.code == UNMAPPED]
    fault = Said(
        "the stages do not fit {file}: fewer than {share} of its open deals stand in a label that they know.",
        file=file,
        share=f"{MIN_SHARE:.0%}",
    )
    listed = [Said(_QUOTED, text=f"    {label.deals:>8}  {label.text}") for label in unknown[:20]]
    more = Said(_INDENTED, text=Said("… and {n} more", n=len(unknown) - 20)) if len(unknown) > 20 else None
    where = Said("# under the stage that it means, or under lost: / on_hold:")
    snippet = [Said(_ALIASES, label=repr(label.text), where=where) for label in unknown[:3]]
    return FunnelError(
        sentences(fault + Said("Labels that they do not know, with their deals:"), *listed, more, between="\n"),
        file=funnel.path,
        cure=sentences(Said("Map them in {file}:", file=funnel.path), *snippet, between="\n"),
    )


_QUOTED, _INDENTED, _ALIASES = "{text}", "    {text}", "    aliases: [{label}]   {where}"


def made_funnel(
    labels: Sequence[LabelCount], appear: Sequence[str], entries: LabelledEntries | None, base: Funnel, dialects: Sequence[Dialect],
    plans: Sequence[Outline] = (),
) -> tuple[Funnel, OrderSource]:  # fmt: skip
    """A funnel from the export's own labels, in the order in which deals pass them, else that of ``base`` where it knows half of them,
    else as dates that are not read tell it, else by first appearance (a guess), in which labels that ``base`` knows keep its order.

    ``appear`` are the labels in the order in which the export first shows them; of too many, the most frequent ones are kept.

    Won, lost and on hold are recognised by the words of the dialects and of the generic vocabulary; without a won label the funnel ends in
    a stage of its own.
    """
    def words(name: str) -> set[str]:
        return {key(text) for source in (*dialects, generic()) for text in getattr(source.labels, name)}

    won, lost, hold = words("won"), words("lost"), words("on_hold")
    texts = [label.text for label in labels]

    def within(text: str, names: set[str]) -> bool:
        return key(text) in names or _NUMBER.sub("", key(text)) in names

    ended = [text for text in texts if within(text, lost)]
    parked = [text for text in texts if within(text, hold)]
    wins = [text for text in texts if within(text, won)]
    going = [text for text in texts if text not in {*ended, *parked, *wins}]
    means = base.label_index()
    ends = {code: [text for text in going if means.get(normal(text)) == code] for code in (LOST, ON_HOLD, len(base.stages) - 1)}
    still = [text for text in going if not any(text in some for some in ends.values())]
    half_known = 0 < len(still) <= 2 * sum(_known(text, base) is not None for text in still)
    if half_known:
        going, ended, parked, wins = still, *(one + more for one, more in zip((ended, parked, wins), ends.values(), strict=True))
    going = going[: MAX_STAGES - 1]
    first = {text: at for at, text in reversed(list(enumerate(appear)))}
    going.sort(key=lambda text: first[text])
    source = "appearance"
    place = {key(name): at for dialect in dialects for at, names in enumerate(dialect.labels.groups()) for name in names}
    in_pipeline = sum(key(text) in place for text in going)
    if entries is not None and in_pipeline < len(going):
        going, source = by_history(going, entries), "history"
    elif in_pipeline * 2 > len(going):
        going, source = sorted(going, key=lambda text: place.get(key(text), len(place))), "pipeline"
    elif half_known:
        going, source = by_base(going, base), "packaged"
    else:
        going, told = by_dates(slots_by_base(going, base), wins, plans)
        source = "dates" if told else source
    same: dict[str | int, list[str]] = {}
    for text in going:  # labels of one stage of the packaged funnel stay one stage
        place_of = _known(text, base) if source == "packaged" else None
        same.setdefault(text if place_of is None else place_of, []).append(text)
    stages = [
        Stage(id=identifier(own[0], index), name=Text(en=own[0], ru=own[0]), aliases=tuple(own[1:]))
        for index, own in enumerate(same.values())
    ]
    last = Stage(id="won", name=Text(en=wins[0], ru=wins[0]) if wins else WON, aliases=tuple(wins[1:]), won=True)
    unique = list({normal(stage.name.en or ""): stage for stage in reversed(stages)}.values())[::-1]
    return msgspec.structs.replace(
        base, stages=(*unique, last), lost=tuple(ended), on_hold=tuple(parked), key_stage=None, pairs=(), source="export", path="",
        title=Text(),
    ), source


def _known(text: str, funnel: Funnel) -> int | None:
    """The stage before the won one that a label means; None where it means none."""
    code = funnel.label_index().get(normal(text))
    return code if code is not None and code < len(funnel.stages) - 1 else None


def by_base(texts: Sequence[str], base: Funnel) -> list[str]:
    """Labels in the order of a funnel's stages. Those that it does not know come after the first stage: nobody is taken for further than
    he is known to be."""
    places = [_known(text, base) for text in texts]
    first = min((place for place in places if place is not None), default=0)
    order = sorted(range(len(texts)), key=lambda at: (first if (k := places[at]) is None else k, places[at] is None, at))
    return [texts[at] for at in order]


def slots_by_base(texts: Sequence[str], base: Funnel) -> list[str]:
    """Labels as they come, but those that a funnel knows change places among themselves, into its order."""
    known = iter(by_base([text for text in texts if _known(text, base) is not None], base))
    return [text if _known(text, base) is None else next(known) for text in texts]


def key(text: str) -> str:
    """A label as words are compared: API names write spaces as underscores; a bare id stands before its pipeline, ``142 (7)``."""
    bare = _BARE.match(text)
    return bare[1] if bare else normal(text).replace("_", " ")


def identifier(text: str, index: int) -> str:
    """A stage id from a label."""
    word = re.sub(r"\W+", "_", normal(text)).strip("_")
    return word if word and not word.isdigit() and word != "won" else f"stage_{index + 1}"


def by_history(texts: list[str], entries: LabelledEntries) -> list[str]:
    """Labels in the order in which deals pass them: a label comes before those that more deals enter after it than before it.

    First entries only, so that moves back do not count; every pair of labels is a vote of the deals that know both (Copeland's rule), ties
    go to the mean place within the deal. Up to 50,000 deals are asked.
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

"""One name, several spellings.

*What it finds*
    Sources or owners that differ only in case, spaces, punctuation or alphabet (Avito, Авито).
    One finding a name, the ten most split ones.

*Why it matters*
    Each spelling is a row of its own in every table by source or owner: the largest one may look small.

*When it is wrong*
    When two different names become equal without their punctuation, such as C and C++.

*Example*
    "Avito" 120 deals, "avito" 33, "АВИТО" 7: one source, three rows.

*How to mend it*
    Make the field a list instead of free text in the CRM, and join the spellings. Sources set by UTM marks: fix the links.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from funnel_audit.findings.effects import flagged
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.labels import normal
from funnel_audit.texts import N_, Texts

if TYPE_CHECKING:
    from funnel_audit.journeys import Labels

NAME = N_("one name, several spellings")
SEVERITY = "warning"
CONFIDENCE = "medium"
MOST_TEXTS = 5000
"""More different texts than these are no list of names (whole links, search words); the most frequent are looked at."""
SHOWN = 10
_NO_LETTERS = re.compile(r"[\W_]+")
_LONG = {"ж": "zh", "ч": "ch", "ш": "sh", "щ": "sch", "ъ": "", "ь": "", "э": "e", "ю": "yu", "я": "ya", "ё": "e"}
_SPELLED = str.maketrans(dict(zip("абвгдезийклмнопрстуфхцы", "abvgdeziiklmnoprstufhcy", strict=True)) | _LONG)


def key(text: str) -> str:
    """The same for all spellings of a name: no case, no punctuation, Cyrillic letters by their sound."""
    return _NO_LETTERS.sub("", normal(text).translate(_SPELLED))


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    shown, facts = evidence.journeys.facts, evidence.journeys.facts.named  # spellings are those of names, also where codes are shown
    for field, labels in (("source", facts.source), ("owner", facts.owner)):
        groups = spellings(labels)
        for name, codes, counts in groups[:SHOWN]:
            mark = shown.owner.texts[codes[0]] if field == "owner" and shown is not facts else name
            minority = np.flatnonzero(np.isin(labels.codes, codes[1:]))
            parts = texts.listing([texts.number(count) for count in counts[:5]])
            if field == "source":
                text = texts.say("One source is spelled in {n} ways ({parts} deals).", n=len(codes), parts=parts)
            else:
                text = texts.say("One owner is spelled in {n} ways ({parts} deals).", n=len(codes), parts=parts)
            lines = first_lines(evidence, labels, codes[:5])
            if lines:
                text += " " + texts.say("They first stand in lines {lines}.", lines=", ".join(map(str, lines)))
            cure = texts.say("Make the field a list in the CRM instead of free text, and join these spellings.")
            effect = texts.count(
                "In tables by this field {n} deal of {all} stands under another name.",
                "In tables by this field {n} deals of {all} stand under another name.", len(minority), all=sum(counts),
            )  # fmt: skip
            yield flagged(evidence, minority, text, cure, effect, {"spellings": len(codes), "other": len(minority)}, key=f"{field}:{mark}")


def first_lines(evidence: Evidence, labels: Labels, codes: list[int]) -> list[int]:
    """Where each spelling stands first; names are not quoted, for findings go to logs."""
    places = [evidence.place(int(np.argmax(labels.codes == code))) for code in codes]
    return [place[1] for place in places if place is not None]


def spellings(labels: Labels) -> list[tuple[str, list[int], list[int]]]:
    """Names with more than one spelling: (key, codes, deals of each), the most frequent spelling first, the most split name first."""
    counts = np.bincount(labels.codes[labels.codes >= 0], minlength=len(labels.texts))
    used = np.argsort(-counts, kind="stable")[:MOST_TEXTS]
    groups: dict[str, list[int]] = {}
    for code in used[counts[used] > 0].tolist():
        groups.setdefault(key(labels.texts[code]), []).append(code)
    several = [(name, codes, [int(counts[code]) for code in codes]) for name, codes in groups.items() if len(codes) > 1 and name]
    return sorted(several, key=lambda group: (-sum(group[2][1:]), group[0]))

"""Two stages say the same.

*What it finds*
    Two stages whose names are nearly equal: the same words, or the words of one and a single one more ("Need to call", "Need to call -
    sales"), or a difference of a letter or two. Names that differ in a number ("Call 1", "Call 2") are left alone.

*Why it matters*
    People choose either: the days and the losses of one state are divided between two, and between them nothing happens.

*When it is wrong*
    When the one more word is the point, such as "Contract sent" and "Contract sent back".

*Example*
    "Need To Call" and "Need to Call - Sales".

*How to mend it*
    Make one stage of them: put the label of the second under aliases of the first. If they differ, name the difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import combinations

from funnel_audit.findings.effects import stage_place
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import label_name
from funnel_audit.labels import normal
from funnel_audit.texts import N_, Texts

NAME = N_("two stages say the same")
SEVERITY = "info"
CONFIDENCE = "low"
ALIKE = 0.93
_WORD = re.compile(r"\w+")
_SMALL = frozenset(["the", "a", "an", "is", "to", "of", "for", "and", "или", "и", "на", "в", "по", "с", "к", "от", "для"])


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    stages = evidence.funnel.stages
    reached = evidence.tally.reached()
    if evidence.funnel.source == "packaged":
        return
    for first, second in combinations(range(len(stages)), 2):
        one, two = stages[first].name, stages[second].name
        names = [(a, b) for a, b in ((one.en, two.en), (one.ru, two.ru)) if a and b]
        if not any(same(a, b) for a, b in names):
            continue
        text = texts.say(
            "“{first}” and “{second}” say nearly the same.",
            first=label_name(evidence, texts, first), second=label_name(evidence, texts, second),
        )  # fmt: skip
        cure = texts.say("Make one stage of them: the label of the second to the aliases of the first. If they differ, say how.")
        effect = texts.say(
            "Days and losses of one state are divided between two; {one} and {two} deals have reached them.",
            one=int(reached[first]), two=int(reached[second]),
        )  # fmt: skip
        key = f"{stages[first].id}={stages[second].id}"
        yield Found(stage_place(evidence, second), text, cure, 2, effect=effect, numbers={"first": stages[first].id}, key=key)


def same(one: str, two: str) -> bool:
    """Do two names say the same?"""
    words = [set(_WORD.findall(normal(name))) - _SMALL for name in (one, two)]
    digits = [{word for word in some if word.isdigit()} for some in words]
    if digits[0] != digits[1] or not all(words):
        return False
    few, many = sorted(words, key=len)
    if few <= many and len(many) - len(few) <= 1 and (len(few) > 1 or len(many) == len(few)):
        return True
    return SequenceMatcher(None, normal(one), normal(two)).ratio() >= ALIKE

"""Files in different encodings.

*What it finds*
    Text files of one audit that are written in different encodings, such as the deals in UTF-8 and the history in Windows-1251.

*Why it matters*
    Both were read, but one of them by a guess: if it is wrong, labels and names of that file are gibberish and match nothing.

*When it is wrong*
    When the files come from two programs and both look right: nothing has to be done.

*Example*
    deals.csv is UTF-8, history.csv is windows-1251.

*How to mend it*
    Export all files in UTF-8. A round trip through Excel writes Windows-1251 on a Russian computer: choose "CSV UTF-8".
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit import report
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.texts import N_, Texts

NAME = N_("files in different encodings")
SEVERITY = "info"
CONFIDENCE = "medium"
SAME = {"ascii": "utf-8", "utf-8-sig": "utf-8", "utf8": "utf-8"}
"""Not worth a word."""


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    if evidence.audit is None:
        return
    by_encoding: dict[str, list[str]] = {}
    for file in evidence.audit.input.files:
        if file.encoding:
            name = file.encoding.lower().replace("_", "-")
            by_encoding.setdefault(SAME.get(name, name), []).append(file.name)
    if len(by_encoding) < 2:
        return
    rare = min(by_encoding, key=lambda name: (name == "utf-8", len(by_encoding[name]), name))
    listed = "; ".join(f"{name}: {', '.join(files[:3])}" for name, files in sorted(by_encoding.items()))
    text = texts.say("The files are in {n} encodings: {listed}.", n=len(by_encoding), listed=listed)
    cure = texts.say("Export all files in UTF-8; in Excel choose “CSV UTF-8”.")
    effect = texts.say("If labels or names of one file look like gibberish, its encoding was guessed wrong.")
    place = next((file for file in evidence.files if file.endswith(by_encoding[rare][0])), evidence.files[0])
    yield Found(report.Place(file=place), text, cure, len(by_encoding), effect=effect, numbers={"encodings": len(by_encoding)})

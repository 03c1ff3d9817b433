"""Does a stage's name say what is going on, where it should say what has been done? The words are in ``process_words.yaml``."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from funnel_audit.labels import normal

_NUMBER = re.compile(r"^\W*\d+\W+")


def process_word(label: str) -> str | None:
    """The words that make the name a process ("переговоры", "in progress"); None for a completed state, and for a name not known."""
    name = _NUMBER.sub("", normal(label))
    completed, process, only = _patterns()
    if completed.search(name):
        return None
    found = only.fullmatch(name) or process.search(name)
    return found.group() if found else None


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """completed, process (anywhere, as whole words), only (the whole name)."""
    import yaml

    words = yaml.safe_load(files("funnel_audit").joinpath("process_words.yaml").read_text("utf-8"))
    return (
        re.compile(rf"(?<!\w)(?:{'|'.join(words['completed'])})(?!\w)"),
        re.compile(rf"(?<!\w)(?:{'|'.join(words['process'])})(?!\w)"),
        re.compile(rf"(?:{'|'.join(words['only'])})"),
    )

"""FA114 to FA117 word the signs of a selective export; which signs there are is tested in tests/test_selective.py."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from funnel_audit.findings import Evidence, run
from funnel_audit.intake.read import read
from funnel_audit.selective import Sign
from funnel_audit.stages_file import load_funnel
from funnel_audit.tally import tally
from funnel_audit.texts import Texts

GAP = {"first": "2026-01-01", "last": "2026-02-28", "expected": 11.2}
SIGNS = [
    ("FA114", Sign("no_lost", 40), "40 deals are closed, and none is lost"),
    ("FA114", Sign("no_won", 40), "40 deals are closed, and none is won"),
    ("FA114", Sign("none_closed", 40), "40 deals, and none is won or lost"),
    ("FA115", Sign("period_without", 16, outcome="lost", **GAP), "16 deals were won and none"),
    ("FA115", Sign("period_without", 16, outcome="won", **GAP), "16 deals were lost and none"),
    ("FA116", Sign("cap", 10_000, file="deals.csv"), "exactly 10,000 rows, as many as this CRM"),
    ("FA116", Sign("round", 3000, file="deals.csv"), "exactly 3,000 rows: it may have been cut off"),
    ("FA117", Sign("closing_filter", 76, first="2026-01-01", expected=40.1), "76 deals were created before"),
    ("FA117", Sign("imported", 90, first="2026-01-01", last="2026-02-28", expected=12.0), "No deal was created before"),
]


@pytest.fixture(scope="module")
def sound(sample_data: Path) -> Evidence:
    found = read([str(sample_data / "amocrm.csv")], load_funnel())
    return Evidence(found.journeys, tally(found.journeys, 0), found.funnel, (), (), (), ("deals.csv",), found.place)


@pytest.mark.parametrize(("code", "sign", "words"), SIGNS, ids=[sign.kind + sign.outcome for _, sign, _ in SIGNS])
def test_each_sign_has_its_words(sound: Evidence, code: str, sign: Sign, words: str) -> None:
    told = [finding for finding in run(replace(sound, signs=(sign,)), Texts("en")) if finding.code in ("FA114", "FA115", "FA116", "FA117")]
    assert [(finding.code, finding.count, finding.place.file) for finding in told] == [(code, sign.n, "deals.csv")]
    assert words in told[0].text and told[0].cure and told[0].effect and told[0].numbers


def test_no_sign_no_finding(sound: Evidence) -> None:
    assert not [finding for finding in run(sound, Texts("en")) if finding.code >= "FA114" and finding.code <= "FA117"]

"""A small run of the fuzzer: broken exports end in an audit or in one clear sentence."""

from __future__ import annotations

from fuzz import run


def test_forty_broken_dialects_show_no_traceback() -> None:
    ends, bad = run(40, seed=7, dialects=True)
    assert bad == []
    assert ends["audited"] and ends["refused"]


def test_forty_broken_exports_show_no_traceback() -> None:
    ends, bad = run(40, seed=7)
    assert bad == []
    assert ends["audited"] and ends["refused"]

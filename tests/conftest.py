"""What all tests share: the team's data sets, the sample, and hypothesis without chance or clock."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
settings.register_profile("same-every-time", derandomize=True, deadline=None, database=None)
settings.load_profile("same-every-time")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder ``shared/data`` beside the repository; the test is skipped where only the repository is at hand."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"the shared data sets are not here: no folder {folder}")
    return folder


@pytest.fixture(scope="session")
def sample_data() -> Path:
    """The folder sample_data of the repository."""
    return ROOT / "sample_data"

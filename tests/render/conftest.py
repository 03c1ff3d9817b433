"""Golden pages: ``pytest tests/render --regenerate`` writes them anew; review the difference before you commit it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regenerate", action="store_true", help="write the golden files of the renderers anew")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, bytes], None]:
    """Compare with a golden file, or write it."""

    def check(name: str, got: bytes) -> None:
        path = GOLDEN / name
        if request.config.getoption("--regenerate", default=False):
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(got)
        assert path.read_bytes().decode() == got.decode(), f"{name} differs: pytest tests/render --regenerate, and look at the difference"

    return check

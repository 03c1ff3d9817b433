"""What `import funnel_audit` offers, and that it costs nothing until it is used."""

from __future__ import annotations

import subprocess
import sys

import funnel_audit


def run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_all_is_what_is_promised() -> None:
    assert funnel_audit.__all__ == ["__version__", "audit", "read"]


def test_every_name_is_there_whatever_was_imported_before() -> None:
    """`audit` is the function, never a module of the same name."""
    check = "; print(all(callable(getattr(funnel_audit, n)) for n in ('audit', 'read')))"
    assert run("import funnel_audit" + check) == "True"
    assert run("import funnel_audit.api, funnel_audit" + check) == "True"
    assert run("from funnel_audit import read, audit; import funnel_audit; funnel_audit.audit; print(callable(audit))") == "True"


def test_importing_the_package_loads_no_heavy_library() -> None:
    heavy = ("pandas", "pyarrow", "numpy", "rich", "lxml", "babel")
    assert run(f"import sys, funnel_audit; print([m for m in {heavy!r} if m in sys.modules])") == "[]"


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(funnel_audit, "no_such_name")

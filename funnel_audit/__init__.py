"""funnel-audit: where deals are lost, how long each stage takes, which deals are stuck; from a CRM export.

    from funnel_audit import audit, read

gives in Python what ``funnel-audit report --format json`` prints. Both names are looked up on first use, so that importing the package
(and ``--help``) loads neither pandas nor pyarrow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from funnel_audit.api import audit, read

__version__ = "0.1.0"
__all__ = ["__version__", "audit", "read"]


def __getattr__(name: str) -> Any:
    if name in ("audit", "read"):
        # A plain `from . import audit` would find the module funnel_audit.audit, not the function.
        from importlib import import_module

        found = getattr(import_module("funnel_audit.api"), name)
        globals()[name] = found
        return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

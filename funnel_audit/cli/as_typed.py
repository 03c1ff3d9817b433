"""Texts are taken as they were typed. To check even those, and options that nobody gave, typer loads pydantic and builds a validator for
each: a tenth of the time of a report on a small export. Numbers and paths that were given are still typer's to check.
"""

from __future__ import annotations

from typing import Any

TEXT, TEXTS = str, list[str]


class AsTyped:
    """Stands for typer's conversion of one parameter (``own`` makes that, where it is needed after all)."""

    def __init__(self, own: Any, kind: Any) -> None:
        self.own, self.kind = own, kind

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value for the command; None where the option was not given."""
        if value is None and self.kind != TEXTS:
            return None
        if self.kind is TEXT and isinstance(value, str):
            return value
        if self.kind == TEXTS and isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value):
            return list(value)
        return self.own().coerce(value, param=param, ctx=ctx)


def take_as_typed(param: Any) -> None:
    """Put before typer's conversion; a typer that converts otherwise than by ``get_runtime_param`` keeps its own, and takes its time."""
    own = getattr(param, "get_runtime_param", None)
    if own is not None and "get_runtime_param" not in vars(param):  # asked for its parameters a command gives the same ones again
        spared = AsTyped(own, param.type_descriptor.annotation)
        param.get_runtime_param = lambda: spared

"""What a start spares itself: the other commands, and conversions of what is text already."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from funnel_audit.cli import app, asked_for
from funnel_audit.cli.as_typed import take_as_typed


def test_only_the_typed_command_is_built() -> None:
    alone = asked_for(["report", "deals.csv"]).registered_commands
    assert [command.callback.__name__ for command in alone if command.callback] == ["report"]
    assert len(app.registered_commands) > 5
    assert all(asked_for(words) is app for words in ([], ["--help"], ["repot"], ["--version", "report"]))


class Param:
    """A parameter as typer has them."""

    def __init__(self, kind: Any) -> None:
        self.type_descriptor = SimpleNamespace(annotation=kind)

    def get_runtime_param(self) -> Any:
        return SimpleNamespace(coerce=lambda value, param, ctx: ("typer's own", value))


def coerced(kind: Any, value: Any) -> Any:
    param = Param(kind)
    take_as_typed(param)
    take_as_typed(param)  # a second time changes nothing
    return param.get_runtime_param().coerce(value, param=param, ctx=None)


def test_text_is_taken_as_typed() -> None:
    assert coerced(str, "ru") == "ru"
    assert coerced(str, None) is None and coerced(int, None) is None
    assert coerced(list[str], ("a", "b")) == ["a", "b"]


def test_all_else_is_converted_by_typer() -> None:
    assert coerced(int, "3") == ("typer's own", "3")
    assert coerced(str, b"x") == ("typer's own", b"x")
    assert coerced(list[str], None) == ("typer's own", None)


def test_a_typer_without_that_method_is_left_alone() -> None:
    take_as_typed(SimpleNamespace())

"""The frame that typer puts around the help ("Usage:", "[required]", the list of commands), in the language of the run.

typer carries a click of its own, which is not to be imported: its formatter is met through the context.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand, TyperGroup

from funnel_audit.cli.as_typed import take_as_typed
from funnel_audit.cli.edge import language
from funnel_audit.texts import N_, Texts

if TYPE_CHECKING:
    from collections.abc import Sequence

SECTIONS = {"Arguments": N_("Arguments"), "Options": N_("Options"), "Commands": N_("Commands")}
SHOW_HELP = N_("Show this page and stop.")
_PLACES = (N_("[OPTIONS]"), N_("COMMAND [ARGS]"))
"""What typer's line of usage calls the words to be put there."""
_FILE, _DATE, _NAME, _NUMBER = N_("FILE"), N_("DATE"), N_("NAME"), "N"
TAKES = {
    **dict.fromkeys(("--stages", "--dialect", "--output", "--baseline"), _FILE),
    **dict.fromkeys(("--as-of", "--old-as-of", "--from", "--to", "--today", "--until"), _DATE),
    **dict.fromkeys(("--pipeline", "--sheet", "--format", "--period", "--rule"), _NAME),
    "--target": N_("STAGE"), "--lang": N_("LANG"), "--fail-on": N_("LEVEL"), "--only": N_("SECTIONS"), "--select": N_("CODES"),
    "--ignore": N_("CODES"), "--horizon": N_("DAYS"), "--plan-amount": "X", "--by": N_("COLUMNS"),
}  # fmt: skip
"""What an option takes, as docs/cli.md calls it; where typer says Python's name of it ("<str>")."""
_TYPE = re.compile(r" <(?P<kind>[a-z]+)[a-z\[\] ]*>")
_BRACES = re.compile(r"\{([^{}]*)\}(?:\.\.\.)?")
_EXTRA = re.compile(r"\[(?:default: (?P<default>[^;\]]*))?(?:; )?(?P<range>x[^;\]]*)?(?P<required>required)?\]$")


def usage_of(args: str, texts: Texts) -> str:
    """``[OPTIONS] {FILE...}...`` as ``[OPTIONS] FILE...``, in words of the language."""
    said = _BRACES.sub(r"\1", args)
    for place in _PLACES:
        said = said.replace(place, texts.word(place))
    return said


def told(help_text: str, texts: Texts) -> str:
    """An option's help; what typer adds in brackets is put into the language."""
    if help_text.startswith("Show this message and exit."):
        return texts.word(SHOW_HELP)
    extra = _EXTRA.search(help_text)
    if extra is None or extra[0] == "[]":
        return help_text
    parts = [texts.say("default: {value}", value=extra["default"])] if extra["default"] else []
    parts += [extra["range"]] if extra["range"] else []
    parts += [texts.say("required")] if extra["required"] else []
    return f"{help_text[: extra.start()]}[{'; '.join(parts)}]"


def named(option: str, texts: Texts) -> str:
    """``--as-of <str>`` as ``--as-of DATE``; an argument has its name already."""
    kind = _TYPE.search(option)
    if kind is None:
        return option
    name = option[: kind.start()]
    place = TAKES.get(name.rsplit(" ", 1)[-1], _NUMBER if kind["kind"] in ("int", "float") else "")
    return f"{name} {texts.word(place)}".rstrip()


def framed(kind: Any, texts: Texts) -> Any:
    """typer's formatter, that says its own words in the language of ``texts``."""

    class Framed(kind):  # type: ignore[misc]
        def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
            super().write_usage(prog, usage_of(args, texts), prefix or texts.say("Usage: {how}", how=""))

        def section(self, name: str) -> Any:
            return super().section(texts.word(SECTIONS.get(name, name)))

        def write_dl(self, rows: Sequence[tuple[str, str]], *sizes: Any, **more: Any) -> None:
            super().write_dl([(named(name, texts), told(said, texts)) for name, said in rows], *sizes, **more)

    return Framed


class _InLanguage:
    """Mixed into typer's commands: their help and their line of usage are framed, and what is text is taken as it was typed."""

    def get_params(self, ctx: Any) -> list[Any]:
        params: list[Any] = super().get_params(ctx)  # type: ignore[misc]
        for param in params:
            take_as_typed(param)
        return params

    def get_help(self, ctx: Any) -> str:
        return str(super().get_help(_prepared(ctx)))  # type: ignore[misc]

    def get_usage(self, ctx: Any) -> str:
        return str(super().get_usage(_prepared(ctx)))  # type: ignore[misc]


def _prepared(ctx: Any) -> Any:
    if ctx.formatter_class.__name__ != "Framed":
        ctx.formatter_class = framed(ctx.formatter_class, Texts(language()))
    return ctx


class Command(_InLanguage, TyperCommand):
    """One command. In the list of commands its whole sentence stands: it wraps, it is not cut."""

    def get_short_help_str(self, limit: int = 45) -> str:
        del limit
        return self.help or ""


class Group(_InLanguage, TyperGroup):
    """The list of commands."""

"""Words that typer cannot make sense of (an unknown option, a missing file): its English message in the language of the run.

typer carries a click of its own, which is not to be imported: its errors are known by the name of their class.
"""

from __future__ import annotations

from typing import Any

from funnel_audit.errors import Said, recognised
from funnel_audit.texts import Texts

_MESSAGES = (
    Said("Missing argument {name}."),
    Said("Missing option {name}."),
    Said("Missing command."),
    Said("No such command {name}. Did you mean {names}?"),
    Said("No such command {name}."),
    Said("No such option: {name} (Possible options: {names})"),
    Said("No such option: {name}"),
    Said("Option {name} requires an argument."),
    Said("Option {name} does not take a value."),
    Said("Got unexpected extra argument(s) ({words})"),
    Said("Got unexpected extra argument ({words})"),
    Said("Got unexpected extra arguments ({words})"),
    Said("Invalid value for {name}: {what}"),
)
_VALUES = (
    Said("Input should be a valid integer, unable to parse string as an integer"),
    Said("Input should be a valid number, unable to parse string as a number"),
    Said("Input should be greater than or equal to {least}"),
    Said("{value} is not a valid integer."),
    Said("{value} is not a valid float."),
    Said("{value} is not in the range {range}."),
)


def mistyped(error: BaseException) -> bool:
    """Is it typer's own word for a faulty command line?"""
    return any(kind.__name__ == "ClickException" for kind in type(error).__mro__)


def misuse(error: Any, texts: Texts) -> str:
    """Usage, where to find help, and what is wrong; or the whole help, where nothing was typed at all."""
    if type(error).__name__ == "NoArgsIsHelpError":
        return f"{error.format_message()}\n"
    said = recognised(error.format_message(), _MESSAGES)
    if "what" in said.params:
        said.params["what"] = recognised(str(said.params["what"]), _VALUES)
    lines = [texts.say("Error: {what}", what=said.told(texts))]
    context = getattr(error, "ctx", None)
    if context is not None:
        lines = [
            str(context.get_usage()),
            texts.say("Try '{command} --help' for help.", command=context.command_path),
            "",
            *lines,
        ]
    return "\n".join(lines) + "\n"

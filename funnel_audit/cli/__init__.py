"""The command line: options -> one call -> write -> exit code. The only place that prints or exits.

Nothing heavy is imported here: ``--help`` must not wait for pandas.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from copy import copy
from typing import Annotated

import typer

from funnel_audit import __version__
from funnel_audit.cli.check import check
from funnel_audit.cli.compare import compare
from funnel_audit.cli.deal import deal
from funnel_audit.cli.edge import guarded, language
from funnel_audit.cli.explain import explain
from funnel_audit.cli.forecast import forecast
from funnel_audit.cli.help_page import Command, Group
from funnel_audit.cli.init import init
from funnel_audit.cli.inspect import inspect
from funnel_audit.cli.reconcile import reconcile
from funnel_audit.cli.report import report
from funnel_audit.texts import Texts

__all__ = ["app", "main"]

t = Texts(language())
app = typer.Typer(
    name="funnel-audit",
    cls=Group,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help=t.say("Where deals are lost, how long each stage takes, which deals are stuck: an audit of a sales funnel from a CRM export."),
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"funnel-audit {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help=t.say("Print the version and stop."))
    ] = False,
) -> None:
    del version


app.command(cls=Command, help=t.say("Audit an export: conversion, pace, leaks, stalled deals, and what the data cannot say."))(report)
app.command(
    cls=Command,
    help=t.say("Forecast wins, money and the chance to meet the plan, with a range, and grade the same forecast on the past."),
)(forecast)
app.command(cls=Command, help=t.say("Judge an export: findings about the data and the funnel, and an exit code for cron and CI."))(check)
app.command(cls=Command, help=t.say("Show how an export is read (columns, labels, dates), and what it can and cannot tell."))(inspect)
app.command(cls=Command, help=t.say("Explain a finding by its code; without one, list them all."))(explain)
app.command(cls=Command, help=t.say("Tell one deal's story: its entries, the rule applied to each, and where it counts."))(deal)
app.command(cls=Command, help=t.say("Why does the CRM show another number? The rates by every counting rule, and the deals behind it."))(
    reconcile
)
app.command(cls=Command, help=t.say("Hold two exports of one CRM against each other: what was rewritten, and what really changed."))(
    compare
)
app.command(cls=Command, help=t.say("Make a stages file from an export: its labels in order, with what you have to decide in comments."))(
    init
)


def main() -> None:
    """Entry of the console script."""
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # typer's pydantic would else look through every package installed
    guarded(lambda: asked_for(sys.argv[1:])(standalone_mode=False))


def asked_for(words: Sequence[str]) -> typer.Typer:
    """The app with the one command that was typed: to build the options of all the others takes longer than to count a small export."""
    named = [command for command in app.registered_commands if command.callback and [command.callback.__name__] == list(words[:1])]
    if not named:
        return app
    alone = copy(app)
    alone.registered_commands = named
    return alone

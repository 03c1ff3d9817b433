"""The edge of the program: exit codes, streams, and the one place where an exception becomes a sentence."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Sequence
from enum import IntEnum
from itertools import pairwise
from pathlib import Path
from typing import TextIO

from funnel_audit.cli.usage import mistyped, misuse
from funnel_audit.errors import FunnelAuditError, InputError, Said, UsageError, reason_of
from funnel_audit.texts import Texts, pick_language

FULL = (errno.ENOSPC, errno.EDQUOT)
"""A full disk, met by the help or a temporary file, is no defect."""


class Exit(IntEnum):
    """What the program tells cron and CI."""

    DONE = 0
    FINDINGS = 1
    USAGE = 2
    INPUT = 3
    INTERNAL = 4


def exit_code(error: BaseException) -> Exit:
    """The exit code of an error."""
    if isinstance(error, InputError):
        return Exit.INPUT
    return Exit.USAGE if isinstance(error, FunnelAuditError) else Exit.INTERNAL


def language(typed: Sequence[str] | None = None) -> str:
    """The language of help and errors: ``--lang`` as typed, else the environment's; an unknown one is left for the command to refuse.

    Help is built and many errors are raised before the options are parsed, so that the words of the command line are looked through.
    """
    words = list(sys.argv[1:] if typed is None else typed)
    given = [word.removeprefix("--lang=") for word in words if word.startswith("--lang=")]
    given += [after for word, after in pairwise(words) if word == "--lang"]
    try:
        return pick_language(given[-1] if given else None, os.environ)
    except ValueError:
        return pick_language(None, os.environ)


def guarded(run: Callable[[], object]) -> None:
    """Run the program; what goes wrong is one clear sentence on standard error and an exit code. ``run`` may return an exit code."""
    _open_closed_streams()
    try:
        code = run()
    except (FunnelAuditError, KeyboardInterrupt, BrokenPipeError, Exception) as error:
        sys.exit(tell(error))
    sys.exit(int(code) if isinstance(code, int) else Exit.DONE)


def tell(error: BaseException) -> int:
    """Say what went wrong on standard error; the exit code."""
    if isinstance(error, KeyboardInterrupt):
        return 130
    if isinstance(error, BrokenPipeError):
        hush()
        return Exit.DONE
    if isinstance(error, OSError) and error.errno in FULL:
        hush()
        error = UsageError(Said("writing failed ({why}).", why=reason_of(error)))
    from funnel_audit.clean import clean

    texts = Texts(language())
    if mistyped(error):
        complain(misuse(error, texts))
        return Exit.USAGE
    known = isinstance(error, FunnelAuditError)
    if not known and os.environ.get("FUNNEL_AUDIT_TRACEBACK"):
        import traceback

        traceback.print_exception(error)
    told = error.told(texts, anonymous="--anonymous" in sys.argv) if isinstance(error, FunnelAuditError) else str(error)
    said = "\n".join(clean(line) if line.strip() else line for line in indented(told))
    if known:
        complain(texts.say("Error: {what}", what=said) + "\n")
    else:
        what = f"{type(error).__name__}: {said}"
        complain(texts.say("Internal error, a defect of funnel-audit: {what}", what=what) + "\n")
        complain(texts.say("Set FUNNEL_AUDIT_TRACEBACK=1 to see where, and please report it.") + "\n")
    return exit_code(error)


def indented(text: str) -> list[str]:
    """Lines of a message; their indentation survives the cleaning."""
    return text.split("\n")


def complain(text: str) -> None:
    """The text to standard error. Where that takes nothing, the exit code still tells."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        hush(sys.stderr)


def hush(stream: TextIO | None = None) -> None:
    """The stream (standard output) was closed by its reader, or is full: what is still buffered goes nowhere, quietly."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), (stream or sys.stdout).fileno())


def write(payload: bytes) -> None:
    """The payload, and nothing else, to standard output. A reader that has left is no fault: click would exit with 1, "findings"."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(payload)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        hush()
    except OSError as error:
        hush()
        raise UsageError(Said("standard output cannot be written ({why}).", why=reason_of(error))) from error


def _open_closed_streams() -> None:
    """A stream that was closed before the start (``>&-``) is None to Python: what is written there goes nowhere, nothing is read there."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - open to the end

"""Files that nobody named: a folder or a pattern stood for them, so that one which is no table of deals is left out, and said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from funnel_audit.defects import Defect
from funnel_audit.errors import InputError, NoTableError, Said, sentences

if TYPE_CHECKING:
    from funnel_audit.funnel import Funnel
    from funnel_audit.intake.dialect import Dialect
    from funnel_audit.intake.outline import Outline

SHOWN = 5


class Swept(str):
    """The path of a file that a folder or a pattern stood for."""

    __slots__ = ()


def outlines(
    paths: Sequence[str], funnel: Funnel, own: Dialect | None, sheet: str | None, stdin: bytes | None, *, deals: bool = True
) -> tuple[list[Outline], list[Defect]]:
    """Every table before its rows are read, and the swept files left out. Raises InputError for a file that cannot be read, for a named
    one that is no table (with ``deals``: no table of deals), and where no table is left."""
    from funnel_audit.intake.files import open_tables
    from funnel_audit.intake.outline import outline, require

    plans: list[Outline] = []
    left: list[tuple[str, InputError]] = []
    for path in paths:
        try:
            found = [outline(head, funnel, own) for head in open_tables(str(path), sheet=sheet, stdin=stdin)]
            for plan in found if deals and isinstance(path, Swept) else ():
                require(plan)
            plans += found
        except NoTableError as error:
            if not isinstance(path, Swept):
                raise
            left.append((path, error))
    if left and not plans:
        raise nothing_left([error for _, error in left])
    return plans, [Defect("no_table", str(path), said=error.message) for path, error in left]


def nothing_left(errors: Sequence[InputError]) -> InputError:
    """The error where none of the swept files is a table of deals: that of the only one, else each with its reason."""
    if len(errors) == 1:
        return errors[0]
    why = [Said("{file}: {why}", file=error.file, why=error.message) for error in errors[:SHOWN]]
    more = len(errors) - len(why)
    if more:
        why.append(Said.count("… and {n} more file", "… and {n} more files", more))
    return InputError(Said("none of these files is a table of deals"), cure=sentences(*why, between="\n  "))

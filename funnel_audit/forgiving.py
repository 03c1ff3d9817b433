"""For ``inspect`` and ``init``: reading that goes on where an audit stops, at stages that do not fit or an export without a day."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from funnel_audit.errors import FunnelError, UsageError
from funnel_audit.frozen import Frozen
from funnel_audit.funnel import Funnel
from funnel_audit.intake.read import Options, Reading, read

ANY_DAY = "2100-01-01"
"""An as-of for an export that holds no date, or snapshots that tell no day: every deal exists by then, and nothing is measured from it."""


class Read(Frozen):
    """``reading`` is against a funnel made from the export where ``misfit`` (what an audit would say of the stages file) is not None;
    its as-of means nothing where ``no_as_of`` (what an audit would say) is not None."""

    reading: Reading
    misfit: FunnelError | None = None
    no_as_of: UsageError | None = None


def read_anyway(paths: Sequence[str], funnel: Funnel, options: Options, stdin: bytes | None = None) -> Read:
    """The reading, if need be without a stages file that fits and without an as-of. Raises what neither of the two cures."""
    try:
        return Read(read(paths, funnel, options, stdin=stdin))
    except FunnelError as error:
        if funnel.source != "file" or error.file == options.dialect:
            raise
        found = read_anyway(paths, msgspec.structs.replace(funnel, source="packaged"), options, stdin)
        return replace(found, misfit=error)
    except UsageError as error:
        if options.as_of is not None:
            raise
        try:
            found = read_anyway(paths, funnel, replace(options, as_of=ANY_DAY, any_day=True), stdin)
        except UsageError:
            raise error from None
        return replace(found, no_as_of=error)

"""What an immutable value inside the program is made of."""

from __future__ import annotations

from typing import dataclass_transform

import msgspec

__all__ = ["Frozen"]


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Frozen(msgspec.Struct, frozen=True):
    """Base of every immutable value, as a frozen dataclass would be; but a dataclass writes and compiles its methods when its module is
    imported, which for the package's 150 took as long as counting a small export."""

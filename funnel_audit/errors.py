"""Everything that stops a run, as one tree.

    FunnelAuditError            the base: catch this to catch all of them
    ├── UsageError              wrong options (exit code 2)
    │   └── FunnelError         a faulty stages.yaml: names file, line, key and the cure (exit code 2)
    └── InputError              an input that cannot be read at all (exit code 3)
        └── NoTableError             it was read, and holds no table of deals

A message says what is wrong, where (file, line, key or column), and what to type next. Bad *rows* are never exceptions: they are
defects, collected over the whole file, and become findings. What is none of these is a defect of the program (exit code 4).

Messages are ``Said``: the English sentence and what fills its places, apart. ``str(error)`` is the English text, and
``error.told(texts)`` the text in the language of ``texts``. ``Said("...")`` marks its literal for the catalogue by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Protocol


class Tongue(Protocol):
    """What tells a message in one language: ``funnel_audit.texts.Texts``."""

    def say(self, msgid: str, /, **params: object) -> str: ...
    def count(self, singular: str, plural: str, n: int, /, **params: object) -> str: ...
    def word(self, message: str) -> str: ...


class Said:
    """A sentence that is translated where it is shown: ``Said("there is no sheet “{name}”.", name=sheet)``.

    A parameter may be another ``Said``, or a list (told with commas between). An int is written as a number, ``1,234``; what is only
    quoted (a line number, what the user typed) is given as text.
    """

    def __init__(self, msgid: str, /, **params: object) -> None:
        self.msgid, self.params = msgid, params
        self.plural: str | None = None
        self.n = 0

    @classmethod
    def count(cls, singular: str, plural: str, n: int, /, **params: object) -> Said:
        """The sentence in the plural form for ``n``, which fills ``{n}``."""
        said = cls(singular, **params)
        said.plural, said.n = plural, n
        return said

    def told(self, texts: Tongue) -> str:
        """The sentence in the language of ``texts``."""
        params = {name: _told(value, texts) for name, value in self.params.items()}
        if self.plural is not None:
            return texts.count(self.msgid, self.plural, self.n, **params)
        return texts.say(self.msgid, **params) if params else texts.word(self.msgid)

    def cleaned(self, clean: Callable[[str], str]) -> Said:
        """The same sentence with every text that it quotes made harmless."""
        said = Said(self.msgid, **{name: _cleaned(value, clean) for name, value in self.params.items()})
        said.plural, said.n = self.plural, self.n
        return said

    def __add__(self, after: Said) -> Said:
        """Two sentences, one after the other."""
        return sentences(self, after)

    def __str__(self) -> str:
        return self.told(ENGLISH)

    def __repr__(self) -> str:
        return f"Said({str(self)!r})"


_VERBATIM = "{text}"
"""Nothing to translate in it."""


def _told(value: object, texts: Tongue) -> object:
    if isinstance(value, Said):
        return value.told(texts)
    if isinstance(value, list | tuple):
        return ", ".join(str(_told(item, texts)) for item in value)
    return value


def _cleaned(value: object, clean: Callable[[str], str]) -> object:
    if isinstance(value, Said):
        return value.cleaned(clean)
    if isinstance(value, list | tuple):
        return [_cleaned(item, clean) for item in value]
    return clean(value) if isinstance(value, str) else value


class Cell(str):
    """A text out of the file: an error does not show it under ``--anonymous``."""

    __slots__ = ()


HIDDEN = Said("(not shown: --anonymous)")


def without_cells(said: Said) -> Said:
    """The same sentence with every ``Cell`` in it hidden."""
    hidden = Said(said.msgid, **{name: _hidden(value) for name, value in said.params.items()})
    hidden.plural, hidden.n = said.plural, said.n
    return hidden


def _hidden(value: object) -> object:
    if isinstance(value, Said):
        return without_cells(value)
    if isinstance(value, list | tuple):
        return HIDDEN if any(isinstance(item, Cell) for item in value) else [_hidden(item) for item in value]
    return HIDDEN if isinstance(value, Cell) else value


class _English:
    """Messages as they are written."""

    def say(self, msgid: str, /, **params: object) -> str:
        return msgid.format(**{name: f"{value:,}" if isinstance(value, int) else value for name, value in params.items()})

    def count(self, singular: str, plural: str, n: int, /, **params: object) -> str:
        return self.say(singular if n == 1 else plural, n=n, **params)

    def word(self, message: str) -> str:
        return message


ENGLISH: Tongue = _English()


def either(names: Iterable[str | Said]) -> str | Said:
    """``a or b or c``."""
    found: str | Said = ""
    for name in names:
        found = Said("{one} or {other}", one=found, other=name) if found else name
    return found


def did_you_mean(names: Iterable[str]) -> Said | None:
    """``Did you mean a or b?``; None where there is nothing to propose."""
    near = either(names)
    return Said("Did you mean {names}?", names=near) if near else None


def sentences(*parts: Said | None, between: str = " ") -> Said:
    """Those that there are, one after the other."""
    found = None
    for part in parts:
        if part is not None:
            found = part if found is None else Said("{first}" + between + "{then}", first=found, then=part)
    return found or Said("")


def recognised(text: str, known: Iterable[Said]) -> Said:
    """A message of another library as one of ``known``, whose ``{places}`` match anything; as it is where it is none of them."""
    for one in known:
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(one.msgid))
        found = re.fullmatch(pattern, text, re.DOTALL)
        if found:
            return Said(one.msgid, **found.groupdict())
    return Said(_VERBATIM, text=text)


_SYSTEM = (
    Said("Permission denied"),
    Said("No such file or directory"),
    Said("Is a directory"),
    Said("Not a directory"),
    Said("File name too long"),
    Said("Read-only file system"),
    Said("No space left on device"),
    Said("Input/output error"),
    Said("Too many levels of symbolic links"),
    Said("No such device or address"),
    Said("Operation not permitted"),
    Said("embedded null byte"),
)


def reason_of(error: OSError | ValueError) -> Said:
    """Why the operating system refused, in words."""
    return recognised(getattr(error, "strerror", None) or str(error), _SYSTEM)


class FunnelAuditError(Exception):
    """Base of every error that funnel-audit raises on purpose."""

    def __init__(self, message: Said, *, file: str = "", line: int | None = None, key: str = "", cure: Said | None = None) -> None:
        super().__init__(message)
        self.message, self.advice = message, cure
        self.file, self.line, self.key = file, line, key

    @property
    def cure(self) -> str:
        """What to type next, in English."""
        return str(self.advice or "")

    def told(self, texts: Tongue, *, anonymous: bool = False) -> str:
        """What is wrong, where, and the cure, in the language of ``texts``; ``anonymous``: without a cell of the file."""
        message, advice = (_hidden(part) if anonymous else part for part in (self.message, self.advice))
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        cure = str(_told(advice, texts)) if advice else ""
        where = "".join(f"{part}: " for part in (place, self.key) if part)
        return where + str(_told(message, texts)) + (f"\n  {cure}" if cure else "")

    def __str__(self) -> str:
        return self.told(ENGLISH)


class UsageError(FunnelAuditError):
    """The options contradict each other or name something that is not there."""


class FunnelError(UsageError):
    """stages.yaml cannot be used as it stands."""


class InputError(FunnelAuditError):
    """An input file cannot be read as a table of deals."""


class NoTableError(InputError):
    """A file that is whole, and holds no table of deals: of a folder it is left out, named outright it stops the run."""

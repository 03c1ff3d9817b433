"""From a path to bytes that can be looked at anywhere without being read: a memory map, or a spooled temporary file.

A file is mapped rather than read, so that opening costs the same for a kilobyte and for ten gigabytes. What must be unpacked or
transcoded first (gzip, UTF-16) goes through an unlinked temporary file, never through memory, and never without an upper limit.
"""

from __future__ import annotations

import codecs
import difflib
import gzip
import io
import mmap
import sys
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from funnel_audit.errors import InputError, NoTableError, Said, did_you_mean, reason_of
from funnel_audit.frozen import Frozen

MIB = 1 << 20
BLOCK = 4 * MIB
GZIP_RATIO, GZIP_FLOOR, GZIP_CAP = 200, 64 * MIB, 4096 * MIB


class Source(Frozen):
    """The bytes of one input under the name that messages use."""

    name: str
    raw: bytes | mmap.mmap

    @property
    def size(self) -> int:
        return len(self.raw)

    def part(self, start: int = 0, stop: int | None = None) -> memoryview:
        """A view, not a copy."""
        return memoryview(self.raw)[start : self.size if stop is None else stop]


def open_source(path: str, stdin: bytes | None = None) -> Source:
    """The input named by ``path`` ("-" is standard input, or ``stdin`` where its bytes are given); gzip is unpacked."""
    source = Source("<stdin>", sys.stdin.buffer.read() if stdin is None else stdin) if path == "-" else Source(path, _map_path(path))
    if source.size == 0:
        cure = Said("Export the deals again and check that the export finished.")
        raise NoTableError(Said("the file is empty."), file=source.name, cure=cure)
    if source.raw[:2] == b"\x1f\x8b":
        source = _gunzip(source)
    return source


def transcoded(source: Source, encoding: str, skip: int) -> Source:
    """The same text as UTF-8: needed for UTF-16 alone, whose delimiters are not single bytes."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")

    def pieces() -> Iterator[bytes]:
        for start in range(skip, source.size, BLOCK):
            yield decoder.decode(bytes(source.part(start, min(start + BLOCK, source.size)))).encode("utf-8", "replace")
        yield decoder.decode(b"", final=True).encode("utf-8", "replace")

    return Source(source.name, _spool(pieces()))


class Window(io.RawIOBase):
    """A part of a source as a raw stream, so that text can be read line by line without a copy of the file."""

    def __init__(self, view: memoryview) -> None:
        self._view, self._at = view, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        piece = self._view[self._at : self._at + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


def _map_path(path: str) -> bytes | mmap.mmap:
    place = Path(path)
    try:
        if place.is_dir():
            raise InputError(Said("this is a folder, not a file."), file=path, cure=Said("Name one file in it."))
        with place.open("rb") as file:
            return _mapped(file) if place.is_file() else file.read()
    except FileNotFoundError:
        if place.is_symlink():
            message = Said("this is a link to {target}, and there is no such file.", target=str(place.readlink()))
            raise InputError(message, file=path, cure=Said("Name the file itself.")) from None
        raise InputError(Said("there is no such file."), file=path, cure=_did_you_mean(place)) from None
    except PermissionError:
        cure = Said("Ask its owner for read access or copy it.")
        raise InputError(Said("no permission to read this file."), file=path, cure=cure) from None
    except (OSError, ValueError) as error:
        message = Said("the file cannot be opened ({why}).", why=reason_of(error))
        raise InputError(message, file=path, cure=Said("Check the name and the disk.")) from None


def _mapped(file: IO[bytes]) -> bytes | mmap.mmap:
    if file.seek(0, io.SEEK_END) == 0:
        return b""
    try:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):  # a file system that cannot map, or a pipe
        file.seek(0)
        return file.read()


def _did_you_mean(place: Path) -> Said:
    folder = place.parent
    if not folder.is_dir():
        return Said("There is no folder {folder} either.", folder=str(folder))
    try:
        names = sorted(entry.name for entry in folder.iterdir())
    except OSError:
        names = []
    by_lower = {name.lower(): name for name in names}
    near = [by_lower[low] for low in difflib.get_close_matches(place.name.lower(), list(by_lower), n=3, cutoff=0.5)]
    return did_you_mean(near) or Said("Check the name; nothing in that folder has a similar one.")


def _spool(pieces: Iterable[bytes]) -> bytes | mmap.mmap:
    with tempfile.TemporaryFile() as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        return _mapped(file)


def _gunzip(source: Source) -> Source:
    limit = min(max(GZIP_RATIO * source.size, GZIP_FLOOR), GZIP_CAP)

    def pieces() -> Iterator[bytes]:
        total = 0
        with gzip.GzipFile(fileobj=io.BufferedReader(Window(source.part()), BLOCK)) as packed:
            while piece := packed.read(BLOCK):
                total += len(piece)
                if total > limit:
                    mib = str(limit // MIB)
                    message = Said("unpacked, this file is larger than {mib} MiB, which no honest export of its size is.", mib=mib)
                    cure = Said("If it is genuine, unpack it yourself and name the unpacked file.")
                    raise InputError(message, file=source.name, cure=cure)
                yield piece

    try:
        unpacked = Source(source.name, _spool(pieces()))
    except (EOFError, zlib.error, gzip.BadGzipFile):
        cure = Said("Download or pack it again.")
        raise InputError(Said("the gzip file is damaged or cut short."), file=source.name, cure=cure) from None
    if unpacked.size == 0:
        raise NoTableError(Said("the gzip file holds an empty file."), file=source.name, cure=Said("Export the deals again."))
    return unpacked

"""What a file is, by its first bytes: CRMs name HTML tables ``.xls`` and people name PDFs ``.csv``, so the name says nothing."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable
from typing import Literal

from funnel_audit.errors import InputError, NoTableError, Said
from funnel_audit.intake.source import MIB, Source, Window

Container = Literal["text", "excel", "html", "parquet", "json"]

ZIP_RATIO, ZIP_FLOOR, ZIP_CAP = 200, 64 * MIB, 2048 * MIB
LOOK = 64 * 1024
PIECE = MIB

_REFUSED: tuple[tuple[bytes, Said], ...] = (
    (b"%PDF", Said("a PDF document")),
    (b"\x89PNG", Said("a PNG image")),
    (b"\xff\xd8\xff", Said("a JPEG image")),
    (b"GIF8", Said("a GIF image")),
    (b"Rar!", Said("a RAR archive")),
    (b"7z\xbc\xaf\x27\x1c", Said("a 7-Zip archive")),
    (b"BZh", Said("a bzip2 archive")),
    (b"\xfd7zXZ", Said("an xz archive")),
    (b"\x28\xb5\x2f\xfd", Said("a zstd archive")),
    (b"\x1f\x8b", Said("a gzip file inside a gzip file")),
    (b"SQLite format 3", Said("an SQLite database")),
    (b"ARROW1", Said("an Arrow IPC file")),
    (b"{\\rtf", Said("an RTF document")),
    (b"\x7fELF", Said("a program")),
    (b"MZ\x90", Said("a program")),
)
_CURE = Said("Export the deals as CSV or Excel and name that file.")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CONTROL = bytes(set(range(1, 32)) - {9, 10, 11, 12, 13, 26, 27, 28, 29, 30, 31})


def recognise(source: Source) -> Container:
    """The container of ``source``; raises InputError for what cannot hold a table of deals."""
    look = bytes(source.part(0, min(LOOK, source.size)))
    if look.startswith(b"PK\x03\x04") or look.startswith(b"PK\x05\x06"):
        _check_zip(source)
        return "excel"
    if look.startswith(_OLE):
        return "excel"
    if look.startswith(b"PAR1"):
        return "parquet"
    for magic, what in _REFUSED:
        if look.startswith(magic):
            raise _refusal(source, what)
    start = look.removeprefix(b"\xef\xbb\xbf").lstrip()[:4096].lower()
    if start.startswith(b"<"):
        return _markup(source, start, look.lower())
    if re.match(rb'\{\s*["}]|\[\s*[\[{\]]', start):
        return "json"
    wide = look.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in look[:64]  # perhaps UTF-16: judged after decoding
    if not wide and len(look.translate(None, _CONTROL)) < 0.95 * len(look):
        raise _refusal(source, Said("a binary file, not a table"))
    return "text"


def looks_binary(text: str) -> bool:
    """Text that is mostly control characters is no text: said after UTF-16 has been ruled out."""
    return sum(1 for char in text if char < " " and char not in "\t\n\r\f\v\x1a") > 0.1 * len(text)


def binary_refusal(source: Source) -> InputError:
    return _refusal(source, Said("a binary file, not a table"))


def _refusal(source: Source, what: Said, cure: Said = _CURE) -> NoTableError:
    return NoTableError(Said("this is {what}.", what=what), file=source.name, cure=cure)


def _markup(source: Source, start: bytes, look: bytes) -> Container:
    if b"urn:schemas-microsoft-com:office:spreadsheet" in look and start.startswith(b"<?xml"):
        message = Said("this is {what}.", what=Said("an Excel 2003 XML file"))
        raise InputError(message, file=source.name, cure=Said("Open it in Excel and save it as .xlsx."))
    if b"<table" in look or b"<html" in start or b"<meta" in start or b"<!doctype html" in start:
        return "html"
    if re.match(rb"<(\?xml|[a-z][\w:.-]*[\s/>])", start):
        raise _refusal(source, Said("XML, not a table"))
    return "text"


def _check_zip(source: Source) -> None:
    """Refuses what is no workbook, and a workbook that would unpack to an absurd size, before anything unpacks it."""
    try:
        with zipfile.ZipFile(io.BufferedReader(_Seekable(source.part()))) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        cure = Said("Export or copy it again.")
        raise InputError(Said("the Excel or zip file is damaged or cut short."), file=source.name, cure=cure) from None
    names = {info.filename for info in infos}
    total = sum(info.file_size for info in infos)
    if "word/document.xml" in names:
        raise _refusal(source, Said("a Word document"))
    if any(name.startswith("ppt/") for name in names):
        raise _refusal(source, Said("a PowerPoint presentation"))
    if not names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"} and not any(name.startswith("xl/") for name in names):
        raise _refusal(source, Said("a zip archive"), Said("Unpack it and name the file inside."))
    _refuse_liars(source, infos)
    if total > ZIP_CAP or (total > ZIP_FLOOR and total > ZIP_RATIO * source.size):
        message = Said("unpacked, this workbook takes {mib} MiB, which no honest export of its size does.", mib=str(total // MIB))
        cure = Said("If it is genuine, open it in Excel and save the sheet as CSV.")
        raise InputError(message, file=source.name, cure=cure)


def _refuse_liars(source: Source, infos: Iterable[zipfile.ZipInfo]) -> None:
    """A member that unpacks to more than it says: the reader of workbooks would notice only when it holds all of it in memory.

    Looked at are those that could be large (deflate packs at most 1,032 to 1), piece by piece, and no further than the size they claim.
    """
    view = source.part()
    for info in infos:
        if info.compress_type != zipfile.ZIP_DEFLATED or info.compress_size * 1032 <= max(ZIP_FLOOR, info.file_size):
            continue
        names = int.from_bytes(view[info.header_offset + 26 : info.header_offset + 28], "little")
        extra = int.from_bytes(view[info.header_offset + 28 : info.header_offset + 30], "little")
        start = info.header_offset + 30 + names + extra
        if unpacked_size(view[start : start + info.compress_size], info.file_size) > info.file_size:
            message = Said("the Excel or zip file is damaged: “{name}” unpacks to more than it says.", name=info.filename[:40])
            raise InputError(message, file=source.name, cure=Said("Export or copy it again."))


def unpacked_size(packed: memoryview, most: int) -> int:
    """How many bytes a deflate stream unpacks to, counted until it is more than ``most``; of a damaged one, as far as it goes."""
    machine, size = zlib.decompressobj(-zlib.MAX_WBITS), 0
    for at in range(0, len(packed), PIECE):
        piece = bytes(packed[at : at + PIECE])
        while piece and size <= most and not machine.eof:
            try:
                size += len(machine.decompress(piece, PIECE))
            except zlib.error:
                return size
            piece = machine.unconsumed_tail
    return size


class _Seekable(Window):
    """zipfile reads from the end."""

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = max(0, offset + (0, self._at, len(self._view))[whence])
        return self._at

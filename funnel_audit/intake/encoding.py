"""Which encoding a text file is in.

UTF-8 is certain when it is valid, so nothing is guessed then. Otherwise the question is nearly always Russian or Western, and one fact
tells the two apart: in a Russian word (nearly) every letter is a high byte, in a Western one only the accented letters are.
charset-normalizer is asked only between the Cyrillic code pages, and only about the words with high bytes. The pages of DOS, of old Macs
and of ISO are told by the shape of words: only in the right one nearly all of them are Russian letters, capitals at most in front.
"""

from __future__ import annotations

import codecs
import logging
import re
from collections.abc import Iterable

from funnel_audit.intake.source import Source

SAMPLE = 256 * 1024
UTF8 = "utf-8"

_WORD = re.compile(rb"[A-Za-z]*[\x80-\xff][A-Za-z\x80-\xff]*")
_LETTER = re.compile(rb"[\xa8\xb8\xc0-\xff]")
_CYRILLIC = ("cp1251", "koi8_r")
_RARE = ("cp866", "mac_cyrillic", "iso8859_5")
_RUSSIAN = re.compile("[А-ЯЁ]?[а-яё]+|[А-ЯЁ]+")


def detect(source: Source) -> tuple[str, int]:
    """(encoding, length of the BOM) of the beginning of ``source``; "utf-16-le" and "utf-16-be" must be transcoded by the caller."""
    sample = bytes(source.part(0, min(SAMPLE, source.size)))
    if sample.startswith(codecs.BOM_UTF8):
        return UTF8, 3
    if sample.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le", 2
    if sample.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be", 2
    wide = _utf16_without_bom(sample)
    return (wide, 0) if wide else (narrow_encoding(sample), 0)


def narrow_encoding(sample: bytes) -> str:
    """UTF-8 where most of the non-ASCII text is valid UTF-8 (a few broken cells do not change a file's encoding), else a code page."""
    if sample.isascii():
        return UTF8
    text = codecs.getincrementaldecoder(UTF8)(errors="replace").decode(sample)  # incremental: a character cut at the end is no fault
    broken = text.count("\ufffd") - sample.count(b"\xef\xbf\xbd")
    whole = sum(1 for char in text if char > "\x7f" and char != "\ufffd")
    return UTF8 if broken <= 0.2 * whole else _code_page(sample)


def whole_file_encoding(source: Source, start: int) -> str:
    """Asked when a file whose beginning was UTF-8 turns out not to be: judged by high-byte lines from anywhere in it."""
    found = bytearray()
    for at in range(start, source.size, SAMPLE):
        block = bytes(source.part(at, min(at + SAMPLE, source.size)))
        if not block.isascii():
            found += b" ".join(re.findall(rb"[\x80-\xff]+", block)[:20000]) + b" "
        if len(found) > SAMPLE:
            break
    return UTF8 if narrow_encoding(bytes(found)) == UTF8 else _code_page(_words_of(source, start))


def _words_of(source: Source, start: int) -> bytes:
    found: list[bytes] = []
    for at in range(start, source.size, SAMPLE):
        block = bytes(source.part(at, min(at + SAMPLE, source.size)))
        if not block.isascii():
            found += _WORD.findall(block)
        if len(found) > 20000:
            break
    return b" ".join(found)


def _code_page(sample: bytes) -> str:
    return _rare_page(sample) or _usual_page(sample)


def _rare_page(sample: bytes) -> str | None:
    """A Cyrillic code page that hardly anybody uses any more, where clearly more words are Russian than in the usual ones."""
    words = [word for word in _WORD.findall(sample) if len(word) > 2][:5000]
    if len(words) < 2:
        return None

    def share(encoding: str) -> float:
        return sum(_RUSSIAN.fullmatch(word.decode(encoding, "replace")) is not None for word in words) / len(words)

    best = max(_RARE, key=share)
    return best if share(best) >= max(0.8, 0.1 + max(map(share, _CYRILLIC))) else None


def _usual_page(sample: bytes) -> str:
    words = [word for word in _WORD.findall(sample) if _LETTER.search(word)][:5000]
    letters = sum(len(word) for word in words)
    high = sum(len(_LETTER.findall(word)) for word in words)
    if letters < 2 or high < 0.6 * letters:
        return "cp1252"
    return _cyrillic(b" ".join(words), words)


def _cyrillic(sample: bytes, words: Iterable[bytes]) -> str:
    from charset_normalizer import from_bytes

    shapes = sum(_is_cp1251_word(word) for word in words), sum(1 for _ in words)
    if shapes[0] >= 0.8 * shapes[1]:
        return "cp1251"
    logging.getLogger("charset_normalizer").setLevel(logging.WARNING)
    best = from_bytes(sample[: 16 * 1024], cp_isolation=list(_CYRILLIC)).best()
    return best.encoding if best is not None and best.encoding in _CYRILLIC else "cp1251"


def _is_cp1251_word(word: bytes) -> bool:
    """Lower case after the first letter, or capitals throughout: in KOI8-R the cases are swapped."""
    text = word.decode("cp1251", "replace")
    return text[1:].islower() if len(text) > 1 and not text.isupper() else text.isalpha()


def _utf16_without_bom(sample: bytes) -> str | None:
    zeros = sample.count(0)
    if zeros < 0.02 * len(sample) or len(sample) < 4:
        return None
    odd = sample[1::2].count(0)
    for encoding, share in (("utf-16-le", odd / zeros), ("utf-16-be", 1 - odd / zeros)):
        if share > 0.95:
            text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(sample)
            if "\ufffd" not in text and any(mark in text for mark in "\n\r,;\t|"):
                return encoding
    return None

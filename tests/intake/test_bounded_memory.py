"""Bombs and endless cells, through the program in a process of its own: refused in one sentence, within bounded memory and time."""

from __future__ import annotations

import gzip
import io
import json
import os
import resource
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "sample_data"))

from layouts import xlsx_bytes  # noqa: E402

MOST_RESIDENT_MB, MOST_ADDRESSES, MOST_SECONDS = 400, 4 << 30, 60
ENDLESS = "x" * 10_000_000
HEADER = "id,stage,created,note\n"


def sheet_of(cells: list[list[str]]) -> bytes:
    return xlsx_bytes(["id", "stage", "created", "note"], [list(row) for row in cells])


def parquet() -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table({"id": ["1", "2"], "stage": [ENDLESS, "Won"], "created": ["2026-01-01", "2026-01-02"]}), file)
    return file.getvalue()


def workbook(claimed: int | None = None) -> bytes:
    """A sheet that unpacks to 256 MB; ``claimed`` is the size that it says it has."""
    frame = zipfile.ZipFile(io.BytesIO(sheet_of([["1", "New", "2026-01-01", ""]])))
    row = b'<row><c t="inlineStr"><is><t>aaaaaaaaaaaaaaaaaaaaaaaaaa</t></is></c></row>' * 100_000
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for info in frame.infolist():
            data = frame.read(info)
            if "sheet1" not in info.filename:
                archive.writestr(info.filename, data)
                continue
            with archive.open(info.filename, "w") as member:
                member.write(data.replace(b"</sheetData></worksheet>", b""))
                for _ in range(36):
                    member.write(row)
                member.write(b"</sheetData></worksheet>")
    made = file.getvalue()
    if claimed is None:
        return made
    size = next(info.file_size for info in zipfile.ZipFile(io.BytesIO(made)).infolist() if "sheet1" in info.filename)
    return made.replace(struct.pack("<I", size), struct.pack("<I", claimed))


def gzipped(piece: bytes, times: int) -> bytes:
    return gzip.compress(piece, 9) * times  # members one behind the other are one file


FILES: dict[str, Callable[[], bytes]] = {
    "note.csv": lambda: f"{HEADER}1,New,2026-01-01,{ENDLESS}\n2,Won,2026-01-02,a\n".encode(),
    "quoted.csv": lambda: f'{HEADER}1,New,2026-01-01,"{ENDLESS}"\n2,Won,2026-01-02,a\n'.encode(),
    "stage.csv": lambda: f"{HEADER}1,{ENDLESS},2026-01-01,a\n2,Won,2026-01-02,a\n".encode(),
    "header.csv": lambda: f"id,stage,created,{ENDLESS}\n1,New,2026-01-01,a\n".encode(),
    "far.csv": lambda: f"{HEADER}{'1,New,2026-01-01,a' + chr(10)}".encode() * 50_000 + f"1,New,2026-01-01,{'ы' * 10_000_000}\n".encode(),
    "note.xlsx": lambda: sheet_of([["1", "New", "2026-01-01", ENDLESS], ["2", "Won", "2026-01-02", ""]]),
    "deals.xls": lambda: f"<table><tr><th>id</th><th>stage</th></tr><tr><td>1</td><td>{ENDLESS}</td></tr></table>".encode(),
    "deals.json": lambda: json.dumps([{"id": "1", "stage": ENDLESS, "created": "2026-01-01"}, {"id": "2", "stage": "Won"}]).encode(),
    "deals.parquet": parquet,
    "zeros.csv.gz": lambda: gzipped(b"\0" * (64 << 20), 16),
    "rows.csv.gz": lambda: gzipped(b"1,New,2026-01-01,a\n" * 3_000_000, 24),
    "bomb.xlsx": workbook,
    "liar.xlsx": lambda: workbook(claimed=100_000),
}


def limits() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_ADDRESSES, MOST_ADDRESSES))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))


@pytest.mark.parametrize("name", FILES)
def test_it_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(FILES[name]())
    words = [sys.executable, "-m", "funnel_audit", "report", str(tmp_path / name), "--lang", "en"]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=limits) as process:
        assert process.stdout is not None and process.stderr is not None
        said, printed = process.stderr.read().decode(), process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert (process.returncode, printed) == (3, b""), said
    assert said.startswith("Error: ") and "Traceback" not in said and len(said.splitlines()) <= 2
    assert used.ru_maxrss / 1024 < MOST_RESIDENT_MB


XML = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY out SYSTEM "file:///etc/passwd"><!ENTITY a "aaaaaaaaaa">{more}]>'
LAUGHS = "".join(f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9))


@pytest.mark.parametrize("entity", ["&out;", "&a;", "&j;"])
def test_entities_in_a_workbook_are_not_expanded(entity: str, tmp_path: Path) -> None:
    """Neither a file from outside nor a billion laughs comes into a cell."""
    from funnel_audit.errors import InputError
    from funnel_audit.intake.files import open_tables

    made = zipfile.ZipFile(io.BytesIO(sheet_of([["1", "MARK", "2026-01-01", ""], ["2", "Won", "2026-01-02", ""]])))
    with zipfile.ZipFile(tmp_path / "deals.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        for info in made.infolist():
            text = made.read(info).decode()
            if "sheet1" in info.filename:
                text = XML.format(more=LAUGHS) + text.split("?>", 1)[1].replace("MARK", entity)
            archive.writestr(info.filename, text)
    try:
        (head,) = open_tables(str(tmp_path / "deals.xlsx"))
    except InputError:
        return
    cells = [cell for row in head.sample for cell in row]
    assert not any("root:" in cell or "aaaaaaaaaa" in cell for cell in cells)
    assert all(len(cell) < 100 for cell in cells)

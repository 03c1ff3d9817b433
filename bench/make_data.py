"""A made-up log of stage changes of any size, the same bytes for the same arguments: `python bench/make_data.py OUT.csv --deals 1000000`.

One row a stage change, `deal_id,stage,entered_at`, about five a deal over the eleven stages of stages.yaml, in order of time as a CRM
writes them (so the rows of one deal lie far apart). Some deals skip a stage, some move back, most of the ended ones are lost.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

STAGES = (
    "New lead", "Qualification passed", "Meeting scheduled", "Meeting held", "Sent to work", "Layout/project approved",
    "Invoice and contract sent", "Prepayment received", "Order sent to production", "Order fulfilled", "Acts signed, payment received",
)  # fmt: skip
LOST = len(STAGES)
GO_ON, SKIP, BACK = 0.79, 0.05, 0.02
CHUNK = 1 << 20
FIRST, DAYS = 1_672_531_200, 1_095  # 2023-01-01, three years
ID_LETTERS = np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", dtype=np.uint8)


def changes(deals: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(deal, stage or LOST, second since 1970) of every stage change, in order of time."""
    rng = np.random.default_rng(seed)
    end = FIRST + DAYS * 86_400
    deal = np.arange(deals)
    at = np.sort(rng.integers(FIRST, end, deals))
    stage = np.zeros(deals, dtype=np.int64)
    rows = []
    while len(deal):
        rows.append((deal, stage, at))
        later = at + (rng.lognormal(1.2, 1.0, len(deal)) * 86_400).astype(np.int64)
        luck, turn = rng.random(len(deal)), rng.random(len(deal))
        step = np.where(turn < BACK, -1, np.where(turn < BACK + SKIP, 2, 1))
        after = np.where(luck < GO_ON, np.clip(stage + step, 0, LOST - 1), LOST)
        going = (stage < LOST - 1) & (later < end)
        deal, stage, at = deal[going], after[going], later[going]
        ended = stage == LOST
        rows.append((deal[ended], stage[ended], at[ended]))
        deal, stage, at = deal[~ended], stage[~ended], at[~ended]
    every = [np.concatenate(column) for column in zip(*rows, strict=True)]
    order = np.argsort(every[2], kind="stable")
    return every[0][order], every[1][order], every[2][order]


def ids(deals: int, kind: str, seed: int) -> pa.Array:
    """The ids of all deals: "plain" = D0000001, "numbers" = 1000, 1001 … (of several widths), "opaque" = 18 letters and digits."""
    if kind == "numbers":
        return pa.array(np.arange(1_000, 1_000 + deals)).cast(pa.string())
    if kind == "plain":
        digits = np.arange(deals)[:, None] // 10 ** np.arange(6, -1, -1) % 10 + ord("0")
        letters = np.concatenate([np.full((deals, 1), ord("D")), digits], axis=1).astype(np.uint8)
    else:
        letters = ID_LETTERS[np.random.default_rng(seed + 1).integers(0, len(ID_LETTERS), (deals, 18), dtype=np.uint8)]
        letters[:, :3] = np.frombuffer(b"006", dtype=np.uint8)
    width = letters.shape[1]
    offsets = np.arange(0, (deals + 1) * width, width, dtype=np.int32)
    return pa.Array.from_buffers(pa.string(), deals, [None, pa.py_buffer(offsets), pa.py_buffer(letters.tobytes())])


def write(path: Path, deals: int, kind: str = "plain", seed: int = 20_240_601) -> int:
    """Write the log; returns the number of stage changes."""
    deal, stage, at = changes(deals, seed)
    names = pa.array([f'"{name}"' if "," in name else name for name in (*STAGES, "Lost")])
    texts = ids(deals, kind, seed)
    with path.open("wb") as file:
        file.write(b"deal_id,stage,entered_at\n")
        for begin in range(0, len(deal), CHUNK):
            part = slice(begin, begin + CHUNK)
            moment = pc.binary_join_element_wise(pa.array(at[part]).cast(pa.timestamp("s")).cast(pa.string()), "\n", "")
            lines = pc.binary_join_element_wise(texts.take(pa.array(deal[part])), names.take(pa.array(stage[part])), moment, ",")
            file.write(lines.buffers()[2])
    return len(deal)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--deals", type=int, default=1_000_000)
    parser.add_argument("--ids", choices=["plain", "numbers", "opaque"], default="plain")
    parser.add_argument("--seed", type=int, default=20_240_601)
    asked = parser.parse_args()
    rows = write(asked.out, asked.deals, asked.ids, asked.seed)
    size = asked.out.stat().st_size / 1e6
    print(f"{rows:,} stage changes of {asked.deals:,} deals, ids {asked.ids}, {size:,.0f} MB: {asked.out}")


if __name__ == "__main__":
    main()

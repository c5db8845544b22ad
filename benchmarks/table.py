"""Measurements as ratios, and as a table for people."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from benchmarks.promise import Benchmark, Measured, Promise

OURS, PEER = "vedette", "ddtrace"
Samples = dict[str, list[Measured]]
HEADINGS = ("promise", "unit", "bare", "vedette", "ddtrace", "OpenTelemetry", "ratio", "by", "aim", "", "to OTel")


@dataclass(frozen=True)
class Row:
    """One promise, measured: figures in its unit (what is added to bare Python, where the promise says so)."""

    benchmark: str
    promise: Promise
    bare: float | None
    figures: dict[str, float]

    def ratio(self, peer: str = PEER) -> float | None:
        """Ours over the peer's; None if either was not measured."""
        ours, theirs = self.figures.get(OURS), self.figures.get(peer)
        return None if ours is None or not theirs else ours / theirs

    @property
    def judgement(self) -> str:
        """Which of its two goals the promise reaches."""
        ratio, most = self.ratio(), self.promise.most
        if most is not None and self.figures.get(OURS, 0.0) > most:
            return "MISSED"
        by, aim = self.promise.by, self.promise.aim
        if by is None or aim is None:
            return "aim" if OURS in self.figures else ""
        if ratio is None:
            return ""
        return "aim" if ratio <= aim else "by" if ratio <= by else "MISSED"

    def as_json(self) -> dict[str, Any]:
        """Everything, for a file."""
        ratios = {peer: self.ratio(peer) for peer in (PEER, "opentelemetry")}
        figures = {"bare": self.bare, "figures": self.figures, "ratios": ratios, "judgement": self.judgement}
        return {"benchmark": self.benchmark, **asdict(self.promise), **figures}


def rows(benchmark: Benchmark, samples: Samples) -> list[Row]:
    """The medians of all rounds, put into the promises' units; a contender may leave out what it does not know."""
    return [_row(benchmark.name, promise, samples) for promise in benchmark.promises]


def _row(name: str, promise: Promise, samples: Samples) -> Row:
    taken = {who: [one[promise.metric] for one in many if promise.metric in one] for who, many in samples.items()}
    figures = {who: median(many) * promise.factor for who, many in taken.items() if many}
    bare = figures.pop("bare", None)
    if promise.added and figures:
        assert bare is not None
        figures = {who: figure - bare for who, figure in figures.items()}
    return Row(name, promise, bare, figures)


def text(measured: list[Row]) -> str:
    """The table in plain characters."""
    cells = [HEADINGS, *(_cells(row) for row in measured)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADINGS))]
    return "\n".join("  ".join(_padded(line, widths)).rstrip() for line in cells)


def _padded(line: tuple[str, ...], widths: list[int]) -> list[str]:
    return [
        cell.ljust(width) if column < 2 else cell.rjust(width) for column, (cell, width) in enumerate(zip(line, widths))
    ]


def _cells(row: Row) -> tuple[str, ...]:
    figures = (row.bare, *(row.figures.get(who) for who in (OURS, PEER, "opentelemetry")))
    promise = row.promise
    by = f"<= {promise.most:g}" if promise.by is None and promise.most is not None else _fraction(promise.by)
    goals = (_fraction(row.ratio()), by, _fraction(promise.aim))
    return (
        row.promise.title,
        row.promise.unit,
        *map(_figure, figures),
        *goals,
        row.judgement,
        _fraction(row.ratio("opentelemetry")),
    )


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:,.2f}" if abs(value) < 10 else f"{value:,.0f}"


def _fraction(ratio: float | None) -> str:
    if ratio is None or ratio <= 0:
        return "-" if ratio is None else "0"
    return f"1/{1 / ratio:.3g}" if ratio < 1 else f"{ratio:.2f}"

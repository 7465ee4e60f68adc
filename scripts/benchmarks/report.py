"""Results as a Markdown table, JSON and a plot."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from typing import TYPE_CHECKING

from benchmarks.experiments import EXPERIMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from benchmarks.experiments import Result
    from benchmarks.targets import Target

START_MARK = "<!-- measured by scripts/bench: begin -->"
END_MARK = "<!-- measured by scripts/bench: end -->"
HEADER = (
    "| workload | tool | added | whole | each | peak added | dump | runs |",
    "|---|---|---:|---:|---:|---:|---:|---:|",
)


def machine() -> dict[str, object]:
    """Return the facts that the numbers depend on, without identifying the machine."""
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        "architecture": platform.machine(),
        "processors": os.cpu_count(),
    }


def to_json(results: Sequence[Result], targets: Sequence[Target]) -> str:
    """Return everything as JSON; a run that was stopped has null as its time."""
    rows = [
        {key: None if value == float("inf") else value for key, value in each._asdict().items()} for each in results
    ]
    held = [{**each._asdict(), "met": each.is_met} for each in targets]
    return json.dumps({"machine": machine(), "results": rows, "targets": held}, indent=1).replace("Infinity", "null")


def markdown(results: Sequence[Result], targets: Sequence[Target], versions: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines of the tables."""
    about = machine()
    system = f"{about['system']} {about['architecture']}"
    yield f"Python {about['python']}, {system}, {about['processors']} processors; medians."
    yield f"Peers: {', '.join(f'{name} {version}' for name, version in versions.items())}."
    for experiment in EXPERIMENTS:
        rows = [each for each in results if each.experiment == experiment]
        if rows:
            yield from ("", f"### {experiment}", "", *HEADER)
            yield from map(_row, rows)
    if targets:
        yield from ("", "### targets", "", "| | measured | target | |", "|---|---:|---:|---|")
        yield from map(_target_row, targets)


def insert(document: Path, lines: Iterator[str]) -> None:
    """Replace the text between the marks of a document by the tables."""
    text = document.read_text(encoding="utf-8")
    before, rest = text.split(START_MARK)
    _, after = rest.split(END_MARK)
    table = "\n".join(lines)
    document.write_text(f"{before}{START_MARK}\n{table}\n{END_MARK}{after}", encoding="utf-8")


def plot(python: Path, data: Path, picture: Path) -> None:
    """Draw the plot with the interpreter that has matplotlib."""
    program = os.path.join(os.path.dirname(__file__), "plot.py")
    done = subprocess.run([python, program, data, picture], check=False)
    if done.returncode:
        print(f"no plot: status {done.returncode}", file=sys.stderr)


def _row(each: Result) -> str:
    one = f"{each.seconds / each.items * 1e6:.1f} \u00b5s" if each.items else ""
    words = (each.workload, each.tool, _time(each.seconds), _time(each.total_seconds), one)
    peak = _size(each.peak_bytes) if each.peak_bytes and each.total_seconds != float("inf") else ""
    return f"| {' | '.join(words)} | {peak} | {_size(each.dump_bytes) if each.dump_bytes else ''} | {each.rounds} |"


def _target_row(each: Target) -> str:
    sign = "≥" if each.at_least else "≤"
    return f"| {each.name} | {each.value:.3g} | {sign} {each.limit:g} | {'met' if each.is_met else '**missed**'} |"


def _time(seconds: float) -> str:
    if seconds == float("inf"):
        return "stopped"
    if abs(seconds) != abs(seconds):  # NaN: the difference of two stopped runs
        return "?"
    return f"{seconds * 1000:.1f} ms" if abs(seconds) < 1 else f"{seconds:.2f} s"


def _size(number: int) -> str:
    return f"{number / 1024:.1f} KiB" if abs(number) < 1 << 20 else f"{number / (1 << 20):.1f} MiB"

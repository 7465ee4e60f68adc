"""Draw the results of scripts/bench: `plot.py DATA.json PICTURE.svg`; needs matplotlib."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt

COLOURS = {
    "naive": "#999999", "tibidi": "#d62728", "tibidi 0.3.1": "#ff9896", "pydumpling": "#2ca02c",
    "debuglater": "#9467bd", "coredumpy": "#1f77b4", "tintype": "#17becf", "flight": "#bcbd22",
    "excdump": "#8c564b", "sentry": "#e377c2",
}  # fmt: skip
TOOLS = tuple(COLOURS)


def main(data: str, picture: str) -> None:
    """Draw crash times, dump sizes and times to the prompt side by side."""
    results = json.loads(Path(data).read_text(encoding="utf-8"))["results"]
    mpl.rcParams["svg.hashsalt"] = "tibidi"  # the same picture for the same numbers
    figure, axes = plt.subplots(1, 3, figsize=(16, 5.5))
    bars(axes[0], results, "crash", "seconds", "time that the dump adds, s")
    bars(axes[1], results, "crash", "dump_bytes", "size of the dump, bytes")
    bars(axes[2], results, "open", "seconds", "from the command to the prompt, s")
    handles = [plt.Rectangle((0, 0), 1, 1, color=COLOURS[tool]) for tool in TOOLS]
    figure.legend(handles, TOOLS, loc="lower center", ncol=len(TOOLS), frameon=False)
    figure.tight_layout(rect=(0, 0.06, 1, 1))
    figure.savefig(picture, metadata={"Date": None} if picture.endswith(".svg") else None)


def bars(axes: plt.Axes, results: list[dict[str, object]], experiment: str, field: str, label: str) -> None:
    """Draw one experiment: a group of bars for each workload, on a logarithmic scale."""
    rows = [row for row in results if row["experiment"] == experiment and row["tool"] in TOOLS]
    workloads = list(dict.fromkeys(row["workload"] for row in rows))
    width = 0.8 / len(TOOLS)
    for row in rows:
        value = row[field]
        if value is not None and value > 0:
            place = workloads.index(row["workload"]) + (TOOLS.index(row["tool"]) - len(TOOLS) / 2) * width
            axes.barh(place, value, height=width, color=COLOURS[row["tool"]])
    axes.set_xscale("log")
    axes.set_yticks(range(len(workloads)), workloads)
    axes.invert_yaxis()
    axes.set_xlabel(label)
    axes.grid(axis="x", alpha=0.3)


if __name__ == "__main__":
    main(*sys.argv[1:])

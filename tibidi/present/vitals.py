"""What the process had used when it crashed, from the raw texts that `tibidi.capture.vitals` has read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from tibidi.model import Summary
from tibidi.present.phrases import count, size

NUMBER = re.compile(r"\d{1,19}(?:\.\d{1,20})?(?![\d.])")
SIZES = {
    "VmHWM:": "peak_memory_bytes", "VmRSS:": "memory_bytes",
    "MemTotal:": "machine_memory_bytes", "MemAvailable:": "machine_free_bytes",
}  # fmt: skip
LINES = {
    "used": "running for {uptime_seconds:,.1f} s, {cpu_seconds:,.2f} s of CPU, {peak_memory_bytes} of memory at most, "
    "{memory_bytes} now",
    "started": "{threads_started:,} threads without a name, at least {tasks_started:,} tasks",
    "descriptors": "{descriptors}",
    "children": "{children}",
    "collections": "{garbage_collections} by generation; {garbage_collected} objects collected",
    "machine": "load {load[0]:.2f} on {processors} processors, {machine_free_bytes} of {machine_memory_bytes} free, "
    "control group uses {group_memory_bytes}, at most {group_limit_bytes}",
}
ROW = re.compile(r"(\w+:)\s+(\d{1,15}) kB", re.ASCII)
CHILD = re.compile(r"(\d{1,10}) \((.*)\) (\w)")
GARBAGE = ("garbage_collections", "garbage_collected")  # by generation
GROUP = ("group_memory_bytes", "group_limit_bytes")  # without a limit: `max`, or a number of 19 digits


def facts(summary: Summary) -> dict[str, Any]:
    """Return what is known of the resources of the process and its machine, {} for a dump without; sizes in bytes."""
    texts, found = summary.process.vitals, dict[str, Any]()
    for name, parse in PARSERS.items():
        with suppress(ValueError, IndexError, KeyError, TypeError, ArithmeticError):  # also a damaged text
            found.update(parse(texts[name]))
    if "peak_memory_bytes" not in found and re.fullmatch("[0-9]{1,15}", texts.get("peak", "")):
        found["peak_memory_bytes"] = int(texts["peak"]) << 10 * (not summary.process.platform.startswith("Darwin"))
    tasks = [int(each.name[5:]) for each in summary.tasks if re.fullmatch(r"Task-\d{1,9}", each.name)]
    return {**found, "tasks_started": max(tasks)} if texts and tasks else found


def lines(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield labels, and what `facts` returns as text."""
    shown = {name: size(value) if name.endswith("_bytes") else value for name, value in found.items()}
    kinds = [count(number, kind) for kind, number in found.get("descriptors", {}).items()]
    kinds += [f"{number:,} of them of {name}" for name, number in found.get("repeated_files", {}).items()]
    rows = found.get("children", ())
    children = [f"{each['pid']} {each['name']}{', ended' * (each['state'] == 'Z')}" for each in rows]
    shown.update({"descriptors": ", ".join(kinds), "children": ", ".join(children)})
    for label, template in LINES.items():
        texts = []
        for part in template.split(", "):
            with suppress(KeyError):
                texts.append(part.format_map(shown))
        if any(texts):
            yield label, ", ".join(texts)


def leak(summary: Summary) -> str:
    """Return what was open if that is suspiciously much, else ""."""
    found = facts(summary)
    is_much = found.get("repeated_files") or max(found.get("descriptors", {}).values(), default=0) > 200
    return f"Open: {dict(lines(found))['descriptors']}" if is_much else ""


def _numbers(text: str) -> list[float]:
    return [float(number) for number in NUMBER.findall(text)]


def _descriptors(text: str) -> dict[str, Any]:
    rows = [line.partition(" ")[::2] for line in text.splitlines()]
    counts = {name: int(number) for number, name in rows if NUMBER.fullmatch(number) and int(number)}
    files = {name[1:]: number for name, number in counts.items() if name[:1] == "/"}
    return {"descriptors": {name: counts[name] for name in counts if name[:1] != "/"}, "repeated_files": files}


PARSERS: dict[str, Any] = {
    "up": lambda text: {"uptime_seconds": round((n := _numbers(re.sub(r"\(.*\)", "", text)))[0] - n[21] / n[1], 2)},
    "cpu": lambda text: {"cpu_seconds": round(sum(_numbers(text)[:2]), 2)},
    "memory": lambda text: {SIZES[name]: int(number) << 10 for name, number in ROW.findall(text) if name in SIZES},
    "threads": lambda text: {"threads_started": int(_numbers(text)[0]) - 1},
    "garbage": lambda text: dict(zip(GARBAGE, [[int(n) for n in each] for each in zip(*json.loads(text))])),
    "load": lambda text: {"load": _numbers(text)[:3], "processors": int(_numbers(text)[3])},
    "group": lambda text: {name: int(n) for name, n in zip(GROUP, text.split()) if n.isdecimal() and len(n) < 19},
    "descriptors": _descriptors,
    "children": lambda text: {"children": [dict(zip(("pid", "name", "state"), row)) for row in CHILD.findall(text)]},
}

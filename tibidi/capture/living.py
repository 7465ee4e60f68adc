"""What a snapshot of a process that goes on has in place of an exception: its main thread, and stacks as text."""

from __future__ import annotations

import sys
import traceback

from tibidi import TYPE_CHECKING

if TYPE_CHECKING:
    from tibidi.model import Summary


def main_thread() -> int | None:
    """Return the identifier of the main thread, None if the application has not imported `threading`."""
    ident = getattr(getattr(sys.modules.get("threading"), "_main_thread", None), "_ident", None)
    return ident if type(ident) is int else None


def stacks_text(summary: Summary) -> str:
    """Return the stacks of all threads and tasks; `traceback` finds the sources."""
    stacks = [(f'Thread {each.ident:#x} "{each.name}"', each.frames) for each in summary.threads]
    stacks += [(f'Task "{each.name}", {each.state}', each.frames) for each in summary.tasks]
    return "\n".join(f"{title} (most recent call last):\n{_lines(frames)}" for title, frames in stacks)


def _lines(frames: object) -> str:
    places = [(each.file, each.line, each.name, None) for each in frames]  # type: ignore[attr-defined]
    return "".join(traceback.StackSummary.from_list(places).format())

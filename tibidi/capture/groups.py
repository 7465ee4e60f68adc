"""What C code prints otherwise in exception groups (Python/traceback.c, tb_print_line_repeated), up to Python 3.12."""

from __future__ import annotations

import traceback
from functools import partial

from tibidi import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


def print_repetitions_as_c_does(printed: Iterable[Any], line_end: str) -> None:
    """Have stacks print `[Previous line repeated ...]` without the margin of a group: in the block before."""
    for each in printed:
        each.stack.format = partial(_blocks, each.stack, line_end)


def _blocks(stack: Any, line_end: str) -> list[str]:
    found: list[str] = []
    for block in traceback.StackSummary.format(stack):
        is_repetition = bool(found) and block.startswith("  [Previous line repeated ")
        found.append(f"{found.pop()[:-1]}{line_end}{block}" if is_repetition else block)
    return found

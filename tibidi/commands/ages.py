"""Ages as arguments: `7d`, `12h`."""

from __future__ import annotations

import argparse
import re

AGE = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw]?)", re.IGNORECASE)
DAYS_PER_UNIT = {"s": 1 / 86_400, "m": 1 / 1_440, "h": 1 / 24, "d": 1.0, "": 1.0, "w": 7.0}
MAX_DAYS = 1e6  # timedelta() takes 1e9


def parse_age(text: str) -> float:
    """Return an age such as `7d`, `12h`, `90m` or `2w` in days; a number without a unit is days."""
    match = AGE.fullmatch(text.strip())
    if match is None:
        raise argparse.ArgumentTypeError(f"not an age such as 7d, 12h or 2w: {text!r}")
    return min(float(match[1]) * DAYS_PER_UNIT[match[2].lower()], MAX_DAYS)

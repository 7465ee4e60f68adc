"""What type checkers accept as settings: mypy checks this file, and that each `type: ignore` is needed."""

from __future__ import annotations

from pathlib import Path

import tibidi
from tibidi import config

tibidi.config.debug = "on"
tibidi.config.max_bytes = "64M"
tibidi.config.max_bytes = 1 << 20
tibidi.config.max_bytes = None  # type: ignore[assignment]
tibidi.config.max_seconds = 5
tibidi.config.directory = Path("crashes")
tibidi.config.directory = None
tibidi.config.redact_names = ["iban", "*_pin"]
tibidi.config.logging_level = "ERROR"
tibidi.config.islegal = lambda obj: not isinstance(obj, Path)
tibidi.config.redact = lambda name, value: name.startswith("patient")
tibidi.config.islegal = 5  # type: ignore[assignment]
tibidi.config.max_bites = 5  # type: ignore[attr-defined]
tibidi.configure(keep=5, redact_names=("iban",))

size: int = config.max_bytes
seconds: float = config.max_seconds
names: tuple[str, ...] = config.redact_names
directory: str | None = config.directory

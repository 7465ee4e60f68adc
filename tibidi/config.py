"""Settings: what code sets > what the environment says > the defaults.

The module itself is the object that applications use:

    import tibidi
    tibidi.config.debug = True
    tibidi.config.islegal = lambda obj: not isinstance(obj, Connection)

The environment is read once, when `tibidi.process` is imported (with the
start hook: at the start of the interpreter), so that an application that
changes `os.environ` later does not change where its dumps go.  A value that cannot
be understood is remembered in `problems`, one line each, and the default is
used: a bad setting never stops the application.

This module is imported at the start when a variable is set that can be
misunderstood, so it imports nothing that the interpreter has not loaded by then.
"""

from __future__ import annotations

import os

from tibidi import TYPE_CHECKING
from tibidi.process import environ

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

KIB = 1 << 10
MIB = 1 << 20
GIB = 1 << 30

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"", "0", "false", "no", "off"})
SIZE_SUFFIXES = {"K": KIB, "M": MIB, "G": GIB}
# The levels of the standard logging module, which must not be imported here.
LEVELS = {"CRITICAL": 50, "FATAL": 50, "ERROR": 40, "WARNING": 30, "WARN": 30, "INFO": 20, "DEBUG": 10, "NOTSET": 0}

enabled: bool = False
"""TIBIDI_ENABLE: the start hook installs itself."""

directory: str | None = None
"""TIBIDI_DIR: the crash directory; None is the user's cache directory."""

silent: bool = False
"""TIBIDI_SILENT: no line of ours on stderr."""

debug: bool = False
"""TIBIDI_DEBUG: say in detail what could not be captured, raise our own errors."""

max_bytes: int = 64 * MIB
"""TIBIDI_MAX_BYTES: size of one dump on disk, in bytes."""

max_seconds: float = 10.0
"""TIBIDI_MAX_SECONDS: wall time of one dump, in seconds, hard."""

keep: int = 20
"""TIBIDI_KEEP: number of dumps kept in the crash directory."""

keep_bytes: int = GIB
"""TIBIDI_KEEP_BYTES: total size of the dumps kept there, in bytes."""

keep_days: float = 30.0
"""TIBIDI_KEEP_DAYS: age of the oldest dump kept there, in days."""

redact_names: tuple[str, ...] = ()
"""TIBIDI_REDACT: further names to redact, globs in any case."""

logging_level: int | None = None
"""TIBIDI_LOGGING: log records with exc_info from this level on are dumped; None is off."""

key_file: str | None = None
"""TIBIDI_KEY_FILE: the key that signs dumps; None is `key` in the user's configuration directory."""

islegal: Callable[[object], bool] | None = None
"""Asked of every object, nested ones too; what it refuses becomes a NotPickleable."""

redact: Callable[[str, object], bool] | None = None
"""Asked of every named value (name, value); what it answers True to is redacted."""

problems: tuple[str, ...] = ()
"""One line for each variable of the environment that could not be understood."""


def parse_flag(text: str) -> bool:
    """Read `1 true yes on` or `0 false no off`, in any case; raise ValueError for anything else."""
    word = text.strip().lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise ValueError("not one of 1 true yes on 0 false no off")


def parse_size(text: str) -> int:
    """Read a size in bytes, with the suffix K, M or G for powers of 1024; raise ValueError for anything else."""
    word = text.strip().upper()
    if word.endswith("B"):
        word = word[:-1]
    if word.endswith("I"):
        word = word[:-1]
    factor = SIZE_SUFFIXES.get(word[-1:], 1)
    size = int(float(word[:-1] if factor > 1 else word) * factor)
    if size <= 0:
        raise ValueError("not a positive size")
    return size


def parse_positive(text: str) -> float:
    """Read a finite number above zero; raise ValueError for anything else."""
    number = float(text)
    if not 0 < number < float("inf"):
        raise ValueError("not a positive number")
    return number


def parse_count(text: str) -> int:
    """Read a whole number above zero; raise ValueError for anything else."""
    number = int(text)
    if number <= 0:
        raise ValueError("not a positive number")
    return number


def parse_level(text: str) -> int | None:
    """Read a logging level by name or number, or a false word for off; raise ValueError for anything else."""
    word = text.strip().upper()
    if word.lower() in FALSE_WORDS:
        return None
    return LEVELS[word] if word in LEVELS else parse_count(word)


def parse_names(text: str) -> tuple[str, ...]:
    """Read comma-separated globs."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def parse_path(text: str) -> str | None:
    """Read a path, with `~` expanded; empty is none."""
    return os.path.abspath(os.path.expanduser(text)) if text else None


# variable of the environment -> (name here, parser)
VARIABLES: dict[str, tuple[str, Callable[[str], object]]] = {
    "TIBIDI_ENABLE": ("enabled", parse_flag),
    "TIBIDI_DIR": ("directory", parse_path),
    "TIBIDI_SILENT": ("silent", parse_flag),
    "TIBIDI_DEBUG": ("debug", parse_flag),
    "TIBIDI_MAX_BYTES": ("max_bytes", parse_size),
    "TIBIDI_MAX_SECONDS": ("max_seconds", parse_positive),
    "TIBIDI_KEEP": ("keep", parse_count),
    "TIBIDI_KEEP_BYTES": ("keep_bytes", parse_size),
    "TIBIDI_KEEP_DAYS": ("keep_days", parse_positive),
    "TIBIDI_REDACT": ("redact_names", parse_names),
    "TIBIDI_LOGGING": ("logging_level", parse_level),
    "TIBIDI_KEY_FILE": ("key_file", parse_path),
}


def from_environment(environ: Mapping[str, str]) -> tuple[dict[str, object], tuple[str, ...]]:
    """Return the settings that `environ` makes, and one line for each that it spoils."""
    settings: dict[str, object] = {}
    spoilt = []
    for variable, (name, parse) in VARIABLES.items():
        text = environ.get(variable)
        if text is None:
            continue
        try:
            settings[name] = parse(text)
        except (ValueError, OverflowError) as error:
            spoilt.append(f"tibidi: {variable}={text!r} is ignored, the default is used: {error}")
    return settings, tuple(spoilt)


_settings, problems = from_environment(environ)
globals().update(_settings)

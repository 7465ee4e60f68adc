"""The settings of tibidi: what code sets > what the environment says > the defaults.

    import tibidi

    tibidi.config.debug = True
    tibidi.configure(max_bytes="64M", redact_names=["iban", "*_pin"])
    tibidi.config.islegal = lambda obj: not isinstance(obj, Connection)

The environment is read once, when `tibidi.process` is imported (with the
start hook: at the start of the interpreter), so that an application that
changes `os.environ` later does not change where its dumps go.  Code takes
what the environment takes, and the Python value itself: `"64M"` or `1 << 26`.

In code, a value that is not understood raises BadSetting, and so does an
unknown name; the setting keeps its value.  In the environment it is one line
in `problems`, and the default is used: a bad setting never stops the
application.
"""

# Strategy: `Config` is the one table of settings; environment, assignment, configure(), help() and doctor follow from
# it.  At its end this module becomes an instance of `Config` ("Customizing module attribute access" in the language
# reference), so that assignments to `tibidi.config.x` are checked; its namespace has the values, as that of any module.
# It is imported at every crash, and at a start with a variable that can be misunderstood, so it imports nothing else.

# No `from __future__ import annotations` here: importing it costs 0.1 ms at the start.

import sys

from tibidi import TYPE_CHECKING
from tibidi.process import environ, load_own, os, placeholders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any, Generic, TypeVar

    Value = TypeVar("Value")  # what reading the setting gives
    Given = TypeVar("Given")  # what can be assigned
    IsLegal = Callable[[object], bool]
    Redact = Callable[[str, object], bool]
    Function = TypeVar("Function", bound="Callable[..., bool] | None")
    Module = object  # not ModuleType, which has any attribute for type checkers
else:
    Module = type(sys)
    Value = Given = None
    Generic = {(Value, Given): object}

PROFILES = frozenset({"@personal"})  # of names to redact
KIB = 1 << 10
MIB = 1 << 20
GIB = 1 << 30

PREFIX = "TIBIDI_"
TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"", "0", "false", "no", "off"})
ERRORS = "errors"
SIZE_SUFFIXES = {"K": KIB, "M": MIB, "G": GIB}
# The levels of the standard logging module, which must not be imported here; NOTSET is 1, since 0 is off.
LEVELS = {"CRITICAL": 50, "FATAL": 50, "ERROR": 40, "WARNING": 30, "WARN": 30, "INFO": 20, "DEBUG": 10, "NOTSET": 1}
# Larger numbers overflow in the arithmetic of deadlines (threading.TIMEOUT_MAX) and of file sizes.
MAX_INTEGER = (1 << 63) - 1
MAX_NUMBER = 1e9
# A longer text is no number and no word, and CPython before 3.11 takes seconds to convert it.
MAX_WORD = 100


def parse_flag(value: "str | bool") -> bool:
    """Return the bool that a word, a bool, 0 or 1 means."""
    if isinstance(value, int) and value in (0, 1):
        return bool(value)
    word = _word(value).lower()
    if word not in TRUE_WORDS | FALSE_WORDS:
        raise ValueError(word)
    return word in TRUE_WORDS


def parse_size(value: "str | float") -> int:
    """Return a size in bytes; in text, the suffixes K, M and G are powers of 1024."""
    factor = 1
    if isinstance(value, str):
        value = _word(value).upper()
        for unit in ("B", "I"):  # "64MiB" and "64MB" are "64M"
            value = value[:-1] if value.endswith(unit) else value
        factor = SIZE_SUFFIXES.get(value[-1:], 1)
        value = value[:-1] if factor > 1 else value
    return parse_count(int(_number(value) * factor))


def parse_positive(value: "str | float") -> float:
    """Return a number above zero."""
    number = float(_number(value))
    if not 0 < number <= MAX_NUMBER:
        raise ValueError(number)
    return number


def parse_seconds(value: "str | float | None") -> "float | None":
    """Return a number above zero; None, and the words for off, are None."""
    return None if value is None or str(value).strip().lower() in FALSE_WORDS else parse_positive(value)


def parse_count(value: "str | int") -> int:
    """Return a whole number above zero."""
    count = int(_word(value)) if isinstance(value, str) else value
    if isinstance(count, bool) or not isinstance(count, int) or not 0 < count <= MAX_INTEGER:
        raise ValueError(count)
    return count


def parse_number(value: "str | int") -> int:
    """Return a whole number from 0 on; the words for off are 0."""
    is_off = value == 0 if isinstance(value, int) else _word(value).lower() in FALSE_WORDS
    return 0 if is_off else parse_count(value)


def parse_level(value: "str | int | None") -> "int | None":
    """Return a logging level, given by name or number; None is off, as are the words for it."""
    word = "off" if value is None else str(value) if isinstance(value, int) else _word(value).upper()
    if word.lower() in FALSE_WORDS:
        return None
    return LEVELS[word] if word in LEVELS else parse_count(word)


def parse_exits(value: "str | None") -> "str | None":
    """Return "errors", or None for off."""
    word = "" if value is None else _word(value).lower()
    if word != ERRORS and word not in FALSE_WORDS:
        raise ValueError(word)
    return word if word == ERRORS else None


def parse_signal(value: "str | int | None") -> "int | None":
    """Return the number of a signal, given as `USR2`, `SIGUSR2` or a number; None is off."""
    word = "" if value is None else str(value).strip().upper().removeprefix("SIG")
    number = getattr(sys.modules["_signal"], f"SIG{word}", word)  # loaded at any start
    return None if word.lower() in FALSE_WORDS else parse_count(number)


def parse_names(value: "str | Iterable[str]") -> tuple[str, ...]:
    """Return the globs in a comma-separated text, or in a collection."""
    if not isinstance(value, (str, list, tuple, set, frozenset)):
        raise TypeError(value)
    names = tuple(filter(None, map(str.strip, value.split(",") if isinstance(value, str) else value)))
    if any(name.startswith("@") and name not in PROFILES for name in names):
        raise ValueError(names)
    return names


def parse_environment(value: str) -> str:
    """Return "all" or "none"."""
    word = _word(value).lower()
    if word not in {"all", "none"}:
        raise ValueError(word)
    return word


def parse_path(value: "str | os.PathLike[str] | None") -> "str | None":
    """Return an absolute path, with `~` expanded; None for an empty one."""
    path = "" if value is None else os.fspath(value)
    if not isinstance(path, str) or "\0" in path:
        raise ValueError(path)
    return os.path.abspath(os.path.expanduser(path)) if path else None


def parse_function(value: "Function") -> "Function":
    """Return a function, or None."""
    if value is not None and not callable(value):
        raise TypeError(value)
    return value


def _word(value: object) -> str:
    word = str.strip(value)  # type: ignore[arg-type]  # TypeError for anything but a text
    if len(word) > MAX_WORD:
        raise ValueError(word)
    return word


def _number(value: "str | float") -> float:
    if isinstance(value, bool):
        raise TypeError(value)
    return float(_word(value)) if isinstance(value, str) else value


# What each parser takes, for messages: "not ...".
ALLOWED: "dict[Callable[[Any], object], str]" = {
    parse_flag: "one of 1 true yes on 0 false no off", parse_size: "a size above 0, such as 1048576, 64M or 1G",
    parse_positive: "a number above 0", parse_count: "a whole number above 0", parse_number: "a whole number, or off",
    parse_level: "a logging level, such as ERROR or 40, or off", parse_exits: "errors or off",
    parse_signal: "a signal of this system, such as USR2, or off", parse_seconds: "a number above 0, or off",
    parse_names: "names or globs, comma-separated or a list, of which @personal is the only profile",
    parse_environment: "all or none", parse_path: "a path", parse_function: "a function or None",
}  # fmt: skip


class Setting(Generic[Value, Given]):
    """One setting: its variable in the environment, if it has one, its parser, its default, and what it is for."""

    def __init__(self, variable: str, parse: "Callable[[Given], Value]", default: "Value", purpose: str) -> None:
        self.variable = variable
        self.parse = parse
        self.default = default
        self.purpose = purpose

    if TYPE_CHECKING:  # for type checkers, what is read differs from what can be assigned

        def __get__(self, config: "Config", owner: type) -> "Value": ...
        def __set__(self, config: "Config", value: "Given") -> None: ...


class Config(Module):
    """The settings; each is checked when it is assigned."""

    enabled = Setting("TIBIDI_ENABLE", parse_flag, False, "the start hook is on; only the environment can set it")
    directory = Setting("TIBIDI_DIR", parse_path, None, "the crash directory; None: in the user's cache directory")
    silent = Setting("TIBIDI_SILENT", parse_flag, False, "print nothing about dumps on stderr; default off")
    debug = Setting("TIBIDI_DEBUG", parse_flag, False, "explain what was not captured, raise tibidi's own errors; off")
    max_bytes = Setting("TIBIDI_MAX_BYTES", parse_size, 64 * MIB, "size of one dump on disk, in bytes; default 64M")
    max_seconds = Setting("TIBIDI_MAX_SECONDS", parse_positive, 10.0, "hard limit for one dump, in seconds; default 10")
    keep = Setting("TIBIDI_KEEP", parse_count, 20, "number of dumps kept in the crash directory; default 20")
    keep_bytes = Setting("TIBIDI_KEEP_BYTES", parse_size, GIB, "total size of the dumps kept, in bytes; default 1G")
    keep_days = Setting("TIBIDI_KEEP_DAYS", parse_positive, 30.0, "age of the oldest dump kept, in days; default 30")
    test_dumps = Setting("TIBIDI_TEST_DUMPS", parse_number, 20, "number of failed tests dumped in one run; default 20")
    read_seconds = Setting("TIBIDI_READ_SECONDS", parse_positive, 120.0, "to read a part of a stranger's dump; 120")
    read_bytes = Setting("TIBIDI_READ_BYTES", parse_size, 4 * GIB, "memory to read a stranger's values in; default 4G")
    redact_names: "Setting[tuple[str, ...], str | Iterable[str]]" = Setting(
        "TIBIDI_REDACT", parse_names, (), "more names to redact, globs in any case; default none"
    )
    environment = Setting("TIBIDI_ENVIRONMENT", parse_environment, "all", "none leaves it out of dumps; default all")
    logging_level = Setting("TIBIDI_LOGGING", parse_level, None, "dump what is logged at or above it; None: off")
    log_tail = Setting("TIBIDI_LOG_TAIL", parse_number, 100, "how many of the last log records a dump has; default 100")
    swallowed = Setting("TIBIDI_SWALLOWED", parse_number, 100, "how many of the last exceptions that were caught; 100")
    exits: "Setting[str | None, str | None]" = Setting(
        "TIBIDI_EXITS", parse_exits, None, "'errors': dump an exit with a message or a status that an exception led to"
    )
    snapshot_signal = Setting("TIBIDI_SNAPSHOT_SIGNAL", parse_signal, None, "a signal (USR2) that takes a snapshot")
    hang_seconds: "Setting[float | None, str | float | None]" = Setting(
        "TIBIDI_HANG_SECONDS", parse_seconds, None, "dump once when the main thread has not moved so long; None: off"
    )
    native = Setting("TIBIDI_NATIVE", parse_flag, True, "keep a life record, for native crashes and kills; default on")
    seal_to: "Setting[tuple[str, ...], str | Iterable[str]]" = Setting(
        "TIBIDI_SEAL_TO", parse_names, (), "public keys of age or SSH that dumps are sealed to; default none"
    )
    identity = Setting("TIBIDI_IDENTITY", parse_path, None, "the file of the private key that opens sealed dumps; none")
    key_file = Setting("TIBIDI_KEY_FILE", parse_path, None, "signs dumps; None: in the user's configuration directory")
    own: "Setting[tuple[str, ...], str | Iterable[str]]" = Setting(
        "TIBIDI_OWN", parse_names, (), "folders and modules that count as the application's own code; default none"
    )
    islegal: "Setting[IsLegal | None, IsLegal | None]" = Setting(
        "", parse_function, None, "called with every object; where it returns False, the dump has a NotPickleable"
    )
    redact: "Setting[Redact | None, Redact | None]" = Setting(
        "", parse_function, None, "called with every name and its value; where it returns True, the value is redacted"
    )
    problems: tuple[str, ...]  # a line for each variable of the environment that was not understood

    if not TYPE_CHECKING:  # where it would permit any name

        def __setattr__(self, name, value):
            if name.startswith("__"):  # the import system, and the class itself
                super().__setattr__(name, value)
            else:
                configure(**{name: value})

    def __dir__(self) -> list[str]:
        return sorted([*__all__, "problems"])


SETTINGS = {name: setting for name, setting in vars(Config).items() if isinstance(setting, Setting)}
VARIABLES = {setting.variable: name for name, setting in SETTINGS.items() if setting.variable}


def configure(**settings: object) -> None:
    """Change settings: all that are named, or none if one of them is wrong, which raises BadSetting.

    `help(tibidi.config)` describes each setting.

    >>> tibidi.configure(max_bytes="64M", keep=5, redact_names=["iban", "*_pin"])
    >>> tibidi.config.max_bytes
    67108864
    """
    from tibidi.errors import BadSetting, UnknownSetting  # not at the start: finding a module takes 0.15 ms

    unknown = next((name for name in settings if name not in SETTINGS), None)
    if unknown is not None:
        from tibidi.complaints import not_a_setting

        raise UnknownSetting(not_a_setting(unknown, SETTINGS))
    if "enabled" in settings:
        raise BadSetting("enabled cannot be set in code", "install the hook with: tibidi.set_excepthook()")
    try:
        checked = {name: _check(name, value, name) for name, value in settings.items()}
    except ValueError as error:
        raise BadSetting(": ".join(error.args)) from None
    vars(config).update(checked)
    if placeholders or "tibidi.hooks" in sys.modules:
        load_own("tibidi.hooks").apply_settings()


def from_environment(environ: "Mapping[str, str]") -> tuple[dict[str, object], tuple[str, ...]]:
    """Return the settings that `environ` makes, and a line for each variable that is not understood."""
    settings: dict[str, object] = {}
    problems = []
    for variable, name in VARIABLES.items():
        try:
            if variable in environ:
                is_names = SETTINGS[name].parse is parse_names
                value, unknown = _split_profiles(environ[variable], is_names)
                settings[name] = _check(name, value, variable)
                problems += [f"tibidi: {variable}: {each} is no profile and is ignored" for each in unknown]
        except ValueError as error:
            problems.append("tibidi: {} is ignored, the default is used: {}".format(*error.args))
    if settings.get("debug"):
        problems += misspelt(environ)
    return settings, tuple(problems)


def _split_profiles(value: str, is_names: bool) -> "tuple[str, list[str]]":
    """Return a value without the profiles that do not exist, and those."""
    names = [each.strip() for each in value.split(",")] if is_names else []
    unknown = [each for each in names if each.startswith("@") and each not in PROFILES]
    return ",".join([each for each in names if each not in unknown]) if unknown else value, unknown


def misspelt(environ: "Mapping[str, str]") -> list[str]:
    """Return a line for each variable that looks like a setting and is none."""
    names = sorted(name for name in environ.keys() - VARIABLES if name.startswith(PREFIX))
    if not names:
        return []
    from tibidi.complaints import not_a_setting

    return [f"tibidi: {not_a_setting(name, VARIABLES)}" for name in names]


def _check(name: str, value: "Any", source: str) -> object:
    """Return what `value` means for a setting; raise ValueError(what, why); `source` is what was assigned to."""
    setting = SETTINGS[name]
    try:
        return setting.parse(value)
    except (TypeError, ValueError, OverflowError, OSError):  # OSError: a relative path, from a directory that is gone
        from tibidi.complaints import shown  # few settings are wrong

        raise ValueError(f"{source}={shown(value)}", f"not {ALLOWED[setting.parse]}") from None


def _description(name: str, setting: "Setting[object, object]") -> str:
    variable = setting.variable and f" ({setting.variable})"
    return f"    {name}{variable}: {setting.purpose}\n        {ALLOWED[setting.parse]}\n"


__all__ = ["configure", *SETTINGS]
__doc__ = "\n".join([__doc__ or "", "Settings\n--------", *map(_description, SETTINGS, SETTINGS.values())])
_settings, _problems = from_environment(environ)
# First the values, in one step: another thread that crashes may ask for one meanwhile.
globals().update({name: setting.default for name, setting in SETTINGS.items()}, **_settings, problems=_problems)
config: Config = sys.modules[__name__]  # type: ignore[assignment]  # which it becomes here
config.__class__ = Config

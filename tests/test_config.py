"""tibidi.config: what code sets > what the environment says > the defaults."""

from __future__ import annotations

import os
import pydoc
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

import tibidi
from tibidi import config
from tibidi.config import SETTINGS, from_environment, misspelt, parse_flag, parse_size

if TYPE_CHECKING:
    from crashing import Crasher

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
ENVIRONMENT = {
    "TIBIDI_ENABLE": "1",
    "TIBIDI_DIR": "/crashes",
    "TIBIDI_SILENT": "yes",
    "TIBIDI_DEBUG": "on",
    "TIBIDI_MAX_BYTES": "1M",
    "TIBIDI_MAX_SECONDS": "2.5",
    "TIBIDI_KEEP": "3",
    "TIBIDI_KEEP_BYTES": "5M",
    "TIBIDI_KEEP_DAYS": "0.5",
    "TIBIDI_REDACT": "iban, *_pin",
    "TIBIDI_LOGGING": "error",
    "TIBIDI_EXITS": "errors",
    "TIBIDI_KEY_FILE": "/key",
}
VALUES = {
    "enabled": True,
    "directory": "/crashes",
    "silent": True,
    "debug": True,
    "max_bytes": MIB,
    "max_seconds": 2.5,
    "keep": 3,
    "keep_bytes": 5 * MIB,
    "keep_days": 0.5,
    "redact_names": ("iban", "*_pin"),
    "logging_level": 40,
    "exits": "errors",
    "key_file": "/key",
}
LONG = "9" * 100_000
# What is wrong in the environment and in code.
BAD_TEXTS = [
    ("debug", "2"),
    ("silent", "of course"),
    ("silent", LONG),
    ("max_bytes", ""),
    ("max_bytes", "-1"),
    ("max_bytes", "0"),
    ("max_bytes", "much"),
    ("max_bytes", "M"),
    ("max_bytes", "inf"),
    ("max_bytes", "nan"),
    ("max_bytes", "1e300"),
    ("max_bytes", LONG),
    ("max_seconds", ""),
    ("max_seconds", "nan"),
    ("max_seconds", "inf"),
    ("max_seconds", "0"),
    ("max_seconds", "-5"),
    ("max_seconds", "1e300"),
    ("max_seconds", LONG),
    ("keep", ""),
    ("keep", "0.5"),
    ("keep", "0"),
    ("keep", "-5"),
    ("keep", "9" * 30),
    ("keep", LONG),
    ("keep_bytes", "1T"),
    ("keep_days", "a month"),
    ("logging_level", "LOUD"),
    ("logging_level", "-5"),
    ("logging_level", LONG),
    ("exits", "all"),
]


class Hostile:
    """An object that cannot be shown."""

    def __repr__(self) -> str:
        raise RuntimeError


BAD_VALUES = [
    *BAD_TEXTS,
    ("debug", None),
    ("debug", 2),
    ("debug", []),
    ("max_bytes", None),
    ("max_bytes", True),
    ("max_bytes", float("nan")),
    ("max_bytes", float("inf")),
    ("max_bytes", 10**400),
    ("max_bytes", [5]),
    ("max_seconds", None),
    ("max_seconds", True),
    ("max_seconds", float("inf")),
    ("max_seconds", 10**400),
    ("max_seconds", [5]),
    ("keep", None),
    ("keep", True),
    ("keep", 2.0),
    ("keep", list(range(100_000))),
    ("redact_names", None),
    ("redact_names", 5),
    ("redact_names", ["iban", 5]),
    ("redact_names", b"iban"),
    ("logging_level", True),
    ("logging_level", 4.5),
    ("exits", True),
    ("directory", 5),
    ("directory", b"/crashes"),
    ("directory", "/cra\0shes"),
    ("key_file", ["/key"]),
    ("islegal", True),
    ("redact", "iban"),
    ("redact", Hostile()),
]


@pytest.fixture(autouse=True)
def _defaults() -> object:
    """Put every setting back."""
    before = {name: getattr(config, name) for name in SETTINGS}
    yield
    vars(config).update(before)


@pytest.mark.parametrize("text", ["1", "true", "YES", "on", " 1 ", "True"])
def test_flag_is_on(text: str) -> None:
    """parse_flag() takes the words for on in any case, stripped."""
    assert parse_flag(text)


@pytest.mark.parametrize("text", ["", "0", "false", "No", "off", " "])
def test_flag_is_off(text: str) -> None:
    """parse_flag() takes the words for off, and nothing at all."""
    assert not parse_flag(text)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("1", 1),
        ("10K", 10 * KIB),
        ("64M", 64 * MIB),
        ("1g", GIB),
        ("1.5M", 3 * MIB // 2),
        ("2GB", 2 * GIB),
        ("1MiB", MIB),
    ],
)
def test_size(text: str, size: int) -> None:
    """parse_size() takes suffixes for powers of 1024."""
    assert size == parse_size(text)


def test_every_variable() -> None:
    """from_environment() reads every documented variable."""
    assert (VALUES, ()) == from_environment(ENVIRONMENT)


@pytest.mark.parametrize("variable", [name for name in ENVIRONMENT if name != "TIBIDI_ENABLE"])
def test_code_takes_what_the_environment_takes(variable: str) -> None:
    """Assignment and configure() read the text of the environment."""
    name = tibidi.config.VARIABLES[variable]

    setattr(tibidi.config, name, ENVIRONMENT[variable])

    assert VALUES[name] == getattr(tibidi.config, name)

    setattr(tibidi.config, name, SETTINGS[name].default)
    tibidi.configure(**{name: ENVIRONMENT[variable]})

    assert VALUES[name] == getattr(tibidi.config, name)


@pytest.mark.parametrize(
    ("name", "value", "parsed"),
    [
        ("debug", 1, True),
        ("debug", False, False),
        ("max_bytes", 1 << 20, MIB),
        ("max_bytes", 1e6, 1_000_000),
        ("max_seconds", 5, 5.0),
        ("keep", 5, 5),
        ("keep_days", 0.5, 0.5),
        ("redact_names", ["iban", " *_pin "], ("iban", "*_pin")),
        ("redact_names", "iban", ("iban",)),
        ("redact_names", {"iban"}, ("iban",)),
        ("redact_names", (), ()),
        ("logging_level", 30, 30),
        ("logging_level", 0, None),
        ("logging_level", "off", None),
        ("logging_level", None, None),
        ("hang_seconds", 1.5, 1.5),
        ("hang_seconds", "off", None),
        ("hang_seconds", 0, None),
        ("hang_seconds", None, None),
        ("exits", "Errors", "errors"),
        ("exits", "off", None),
        ("exits", None, None),
        ("directory", Path("/crashes"), "/crashes"),
        ("directory", "crashes", os.path.abspath("crashes")),
        ("directory", None, None),
        ("key_file", "~/key", os.path.expanduser("~/key")),
        ("islegal", callable, callable),
        ("islegal", None, None),
        ("redact", print, print),
    ],
)
def test_python_values(name: str, value: object, parsed: object) -> None:
    """Code may assign the Python value itself; what is read can be assigned again."""
    setattr(tibidi.config, name, value)

    assert parsed == getattr(tibidi.config, name)
    assert type(parsed) is type(getattr(tibidi.config, name))

    setattr(tibidi.config, name, getattr(tibidi.config, name))

    assert parsed == getattr(tibidi.config, name)


@pytest.mark.parametrize(("name", "text"), [("enabled", "2"), *BAD_TEXTS])
def test_bad_variable(name: str, text: str) -> None:
    """A value that is not understood gives one short line that names it and what is allowed, and no setting."""
    variable = SETTINGS[name].variable
    settings, (problem,) = from_environment({variable: text})

    assert {} == settings
    assert problem.startswith(f"tibidi: {variable}={text[:50]!r}"[:60])
    assert " is ignored, the default is used: not " in problem
    assert len(problem) < 200


@pytest.mark.parametrize(("name", "value"), BAD_VALUES)
def test_bad_value(name: str, value: object) -> None:
    """In code a value that is not understood is a ValueError in one short line, and the setting keeps its value."""
    before = getattr(config, name)

    with pytest.raises(tibidi.BadSetting, match=rf"^{name}=.*: not .*$") as assigned:
        setattr(tibidi.config, name, value)
    with pytest.raises(ValueError, match=rf"^{name}=") as configured:
        tibidi.configure(**{name: value})

    assert str(assigned.value) == str(configured.value)
    assert len(str(assigned.value)) < 200
    assert before is getattr(config, name)


def test_all_or_nothing() -> None:
    """configure() changes nothing when one of the settings is wrong."""
    with pytest.raises(tibidi.BadSetting):
        tibidi.configure(keep=7, max_bytes="much")

    assert 20 == config.keep


@pytest.mark.parametrize(
    ("name", "meant"), [("max_bites", "max_bytes"), ("Keep", "keep"), ("TIBIDI_KEEP_DAYS", "keep_days")]
)
def test_unknown_name(name: str, meant: str) -> None:
    """A setting that does not exist is an AttributeError that names the one that was meant."""
    with pytest.raises(AttributeError, match=rf"^{name} is not a setting; did you mean {meant}\?$"):
        setattr(tibidi.config, name, 5)
    with pytest.raises(tibidi.BadSetting, match=meant):
        tibidi.configure(**{name: 5})

    assert not hasattr(config, name)


def test_unknown_profile() -> None:
    """A name with `@` in TIBIDI_REDACT that is no profile is a line that names it, and the other names hold."""
    settings, problems = from_environment({"TIBIDI_REDACT": "ward, @persnal"})

    assert ("ward",) == settings["redact_names"]
    assert 1 == len(problems)
    assert "@persnal" in problems[0]


def test_unlike_any_name() -> None:
    """A name that is like no setting, and a very long one, are named as they are, shortened."""
    with pytest.raises(tibidi.BadSetting, match=r"^zzz is not a setting$"):
        tibidi.configure(zzz=5)
    with pytest.raises(tibidi.BadSetting, match=r"^x{59}\.\.\. is not a setting$"):
        tibidi.configure(**{"x" * 100_000: 5})


def test_enabled_is_read_only() -> None:
    """The start hook cannot be switched on by a setting in code; the error says what to call."""
    with pytest.raises(tibidi.BadSetting, match="enabled cannot be set in code") as caught:
        tibidi.config.enabled = True

    assert "install the hook with: tibidi.set_excepthook()" == caught.value.hint


def test_directory_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path in a working directory that does not exist any more is reported as any bad value."""
    monkeypatch.chdir(tmp_path)
    tmp_path.rmdir()

    settings, (problem,) = from_environment({"TIBIDI_DIR": "crashes"})

    assert {} == settings
    assert problem.endswith("TIBIDI_DIR='crashes' is ignored, the default is used: not a path")


def test_other_variables_are_not_ours() -> None:
    """An environment without our variables makes no setting."""
    assert ({}, ()) == from_environment({"PATH": "/bin", "ENABLE": "1"})
    assert [] == misspelt({"PATH": "/bin", "TIBID_KEEP": "1"})


@pytest.mark.parametrize(
    ("variable", "line"),
    [
        ("TIBIDI_KEEEP", "tibidi: TIBIDI_KEEEP is not a setting; did you mean TIBIDI_KEEP?"),
        ("TIBIDI_max_bytes", "tibidi: TIBIDI_max_bytes is not a setting; did you mean TIBIDI_MAX_BYTES?"),
        ("TIBIDI_\x1b[2J", "tibidi: TIBIDI_\\x1b[2J is not a setting"),
        ("TIBIDI_" + "X" * 100_000, "tibidi: TIBIDI_" + "X" * 52 + "... is not a setting"),
    ],
)
def test_misspelt_variable(variable: str, line: str) -> None:
    """A variable that is no setting is one printable line, with the setting that was meant; with TIBIDI_DEBUG only."""
    assert ({}, ()) == from_environment({variable: "3"})
    assert ({"debug": True}, (line,)) == from_environment({variable: "3", "TIBIDI_DEBUG": "1"})
    assert [line] == misspelt({variable: "3", "TIBIDI_KEEP": "3"})


def test_misspelt_variable_at_the_start(crash: Crasher) -> None:
    """The start hook says a misspelt variable in one line with TIBIDI_DEBUG, and nothing without."""
    line = "tibidi: TIBIDI_KEEEP is not a setting; did you mean TIBIDI_KEEP?\n"
    code = "import sys; print('difflib' in sys.modules)"
    debug = crash.run("-c", code, env={"TIBIDI_KEEEP": "3", "TIBIDI_DEBUG": "1"})
    quiet = crash.run("-c", code, env={"TIBIDI_KEEEP": "3"})

    assert (0, line) == (debug.status, debug.stderr)
    assert (0, "", "False\n") == (quiet.status, quiet.stderr, quiet.stdout)


@pytest.mark.parametrize(
    "setting",
    ["max_bytes = '64M'", "max_seconds = '5'", "redact_names = 'iban'", "keep = '3'", "max_seconds = 1e9"],
)
def test_a_crash_after_an_assignment(crash: Crasher, setting: str) -> None:
    """What is assigned as text has its effect at the crash: there is a dump, and no secret in it."""
    crashed = crash.run("-c", f"import tibidi; tibidi.config.{setting}; iban = 'DE8937'[:6]; 1 / 0")

    assert 1 == len(crashed.dumps)
    if "iban" in setting:
        assert b"DE8937'" not in crashed.dumps[0].read_bytes().replace(b"'DE8937'[:6]", b"")


def test_help() -> None:
    """help(tibidi.config) describes every setting, with its variable and its value."""
    text = pydoc.plain(pydoc.render_doc(tibidi.config))

    for name, setting in SETTINGS.items():
        assert f"{name} ({setting.variable}): " in text or (f"{name}: " in text and not setting.variable)
        assert f"\n    {name} = " in text


def test_only_settings_are_listed() -> None:
    """Completion shows the settings, `configure` and `problems`, and no helpers."""
    assert sorted([*config.SETTINGS, "configure", "problems"]) == dir(config)


def test_another_thread_asks_during_the_import() -> None:
    """At each line of the import, a setting is not there yet or has its value: a thread may crash at that moment."""
    code = """
        import sys
        seen = set()
        def trace(*_):
            seen.add(type(getattr(sys.modules.get("tibidi.config"), "max_seconds", None)).__name__)
            return trace
        sys.settrace(trace)
        import tibidi.config
        sys.settrace(None)
        print(*sorted(seen))
    """
    ran = subprocess.run([sys.executable, "-c", dedent(code)], capture_output=True, text=True, check=True)

    assert "NoneType float" == ran.stdout.strip()

"""tibidi.config: what code sets > what the environment says > the defaults."""

from __future__ import annotations

import pytest

from tibidi import config

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30


@pytest.mark.parametrize("text", ["1", "true", "YES", "on", " 1 ", "True"])
def test_flag_is_on(text: str) -> None:
    """parse_flag() takes the words for on in any case, stripped."""
    assert config.parse_flag(text)


@pytest.mark.parametrize("text", ["", "0", "false", "No", "off", " "])
def test_flag_is_off(text: str) -> None:
    """parse_flag() takes the words for off, and nothing at all."""
    assert not config.parse_flag(text)


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
    assert size == config.parse_size(text)


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("TIBIDI_ENABLE", "2"),
        ("TIBIDI_MAX_BYTES", "-1"),
        ("TIBIDI_MAX_BYTES", "much"),
        ("TIBIDI_MAX_BYTES", "inf"),
        ("TIBIDI_MAX_SECONDS", "nan"),
        ("TIBIDI_MAX_SECONDS", "0"),
        ("TIBIDI_KEEP", "0.5"),
        ("TIBIDI_LOGGING", "LOUD"),
    ],
)
def test_spoilt_variable(variable: str, text: str) -> None:
    """A value that can't be understood gives one line that names it, and no setting."""
    settings, problems = config.from_environment({variable: text})

    assert {} == settings
    assert 1 == len(problems)
    assert f"{variable}={text!r}" in problems[0]


def test_every_variable() -> None:
    """from_environment() reads every documented variable."""
    settings, problems = config.from_environment(
        {
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
            "TIBIDI_KEY_FILE": "/key",
        }
    )

    assert () == problems
    assert settings == {
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
        "key_file": "/key",
    }


def test_other_variables_are_not_ours() -> None:
    """An environment without our variables makes no setting."""
    assert ({}, ()) == config.from_environment({"PATH": "/bin", "ENABLE": "1"})

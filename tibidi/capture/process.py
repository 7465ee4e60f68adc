"""The process that crashed: what it was called with, and what it runs on."""

from __future__ import annotations

import sys

from tibidi import TYPE_CHECKING, config
from tibidi.capture.vitals import vitals
from tibidi.model import REDACTED_TEXT, UNAVAILABLE, Omission, ProcessRecord
from tibidi.process import os
from tibidi.process.interpreter import packages, platform, python_version

if TYPE_CHECKING:
    from tibidi.redaction import Redactor

MAX_ARGUMENTS = 1000
MAX_ARGUMENT = 10_000  # characters


def process(redactor: Redactor, omissions: list[Omission]) -> ProcessRecord:
    """Describe this process; what cannot be had is an omission."""
    return ProcessRecord(
        pid=os.getpid(),
        ppid=os.getppid(),
        argv=arguments(redactor),
        executable=str(sys.executable or ""),
        cwd=_cwd(omissions),
        python=python_version(),
        implementation=sys.implementation.name,
        platform=platform(),
        hostname=_hostname(),
        packages=packages(),
        environment=environment(redactor, omissions),
        vitals=vitals(redactor),
    )


def arguments(redactor: Redactor) -> tuple[str, ...]:
    """Return sys.argv, with `--password=x` and the argument after `--password` redacted."""
    argv = getattr(sys, "argv", None)  # not where Python is embedded
    given = argv[:MAX_ARGUMENTS] if type(argv) is list else []
    words = [word[:MAX_ARGUMENT] if type(word) is str else "" for word in given]
    secret = redactor.secret_words(words)
    for at, (begin, end) in secret.items():
        redactor.learn(words[at][begin:end])
    found: list[str] = []
    for number, word in enumerate(words):
        shown, rule = redactor.scrub(word)
        if number in secret:
            begin, end = secret[number]
            shown, rule = word[:begin] + REDACTED_TEXT + word[end:], "the argument of a secret option"
        if rule:
            redactor.note(f"process.argv[{number}]", rule)
        found.append(shown)
    return tuple(found)


def environment(redactor: Redactor, omissions: list[Omission]) -> dict[str, str]:
    """Return the environment, redacted; {} where the settings say so."""
    if config.environment == "none":
        omissions.append(Omission("process.environment", UNAVAILABLE, "left out, as TIBIDI_ENVIRONMENT says"))
        return {}
    found = {}
    for name, value in sorted(os.environ.items()):
        shown, rule = redactor.scrub(value)
        if redactor.conceals(name, value):
            shown, rule = REDACTED_TEXT, "the name is that of a secret"
        if rule:
            redactor.note(f"process.environment[{name!r}]", rule)
        found[name] = shown
    return found


def _cwd(omissions: list[Omission]) -> str:
    try:
        return os.getcwd()
    except OSError as error:
        omissions.append(Omission("process.cwd", UNAVAILABLE, str(error)))
        return ""


def _hostname() -> str:
    if hasattr(os, "uname"):
        return os.uname().nodename
    return os.environ.get("COMPUTERNAME", "")

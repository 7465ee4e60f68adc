"""The process that crashed: what it was called with, and what it runs on.

No subprocess, no metadata of packages read: versions stand in the names of
the `.dist-info` folders on `sys.path`.
"""

from __future__ import annotations

import sys

from tibidi import TYPE_CHECKING
from tibidi.model import REDACTED_TEXT
from tibidi.model import UNAVAILABLE
from tibidi.model import Omission
from tibidi.model import ProcessRecord
from tibidi.process import os

if TYPE_CHECKING:
    from tibidi.redaction import Redactor

MAX_ARGUMENTS = 1000
MAX_ARGUMENT = 10_000  # characters
MAX_PACKAGES = 5000
METADATA = (".dist-info", ".egg-info")


def process(redactor: Redactor, omissions: list[Omission]) -> ProcessRecord:
    """Describe this process; what cannot be had is an omission."""
    return ProcessRecord(
        pid=os.getpid(),
        ppid=os.getppid(),
        argv=arguments(redactor),
        executable=str(sys.executable or ""),
        cwd=_cwd(omissions),
        python="{}.{}.{}".format(*sys.version_info) + _suffix(),
        implementation=sys.implementation.name,
        platform=platform(),
        hostname=_hostname(),
        packages=packages(),
        environment=environment(redactor),
    )


def arguments(redactor: Redactor) -> tuple[str, ...]:
    """Return sys.argv, with `--password=x` and the argument after `--password` redacted."""
    found: list[str] = []
    secret = False
    argv = getattr(sys, "argv", None)  # not where Python is embedded
    given = argv if type(argv) is list else []
    for number, argument in enumerate(given[:MAX_ARGUMENTS]):
        text = argument[:MAX_ARGUMENT] if type(argument) is str else ""
        shown, rule = redactor.scrub(text)
        name, equals, value = text.partition("=")
        if secret and not text.startswith("-"):
            redactor.learn(text)
            shown, rule = REDACTED_TEXT, "the argument of a secret option"
        elif equals and value and redactor.is_secret_name(name):
            redactor.learn(value)
            shown, rule = f"{name}={REDACTED_TEXT}", "the argument of a secret option"
        secret = text.startswith("-") and not equals and redactor.is_secret_name(text)
        if rule:
            redactor.note(f"process.argv[{number}]", rule)
        found.append(shown)
    return tuple(found)


def environment(redactor: Redactor) -> dict[str, str]:
    """Return the environment, redacted."""
    found = {}
    for name, value in sorted(os.environ.items()):
        shown, rule = redactor.scrub(value)
        if redactor.conceals(name, value):
            shown, rule = REDACTED_TEXT, "the name is that of a secret"
        if rule:
            redactor.note(f"process.environment[{name!r}]", rule)
        found[name] = shown
    return found


def packages() -> dict[str, str]:
    """Return the versions of the installed distributions, by name; the first on sys.path counts."""
    found: dict[str, str] = {}
    for folder in sys.path:
        for entry in _entries(folder):
            if entry.endswith(METADATA) and len(found) < MAX_PACKAGES:
                name, _, version = entry.rpartition(".")[0].partition("-")
                found.setdefault(name.replace("_", "-").lower(), version.partition("-py")[0])
    return dict(sorted(found.items()))


def _entries(folder: object) -> list[str]:
    try:
        return os.listdir(folder or ".") if type(folder) is str else []
    except (OSError, ValueError):  # a zip archive, a folder that is gone
        return []


def _cwd(omissions: list[Omission]) -> str:
    try:
        return os.getcwd()
    except OSError as error:
        omissions.append(Omission("process.cwd", UNAVAILABLE, str(error)))
        return ""


def _suffix() -> str:
    """Return what follows the number of a version that is no final release, `rc1` for example."""
    level, serial = sys.version_info[3:]
    return "" if level == "final" else f"{ {'alpha': 'a', 'beta': 'b', 'candidate': 'rc'}.get(level, level) }{serial}"


def platform() -> str:
    """Return system, release and machine."""
    if hasattr(os, "uname"):
        system = os.uname()
        return f"{system.sysname}-{system.release}-{system.machine}"
    return sys.platform


def _hostname() -> str:
    if hasattr(os, "uname"):
        return os.uname().nodename
    return os.environ.get("COMPUTERNAME", "")

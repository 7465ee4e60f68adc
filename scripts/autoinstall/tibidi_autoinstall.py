"""Install the hooks of tibidi at the start of every interpreter with TIBIDI_ENABLE set.

`tibidi_autoinstall.pth` calls `main()`, in a virtual environment twice
(CPython gh-75723).  Whatever happens here, the interpreter starts.
"""

# No `from __future__ import annotations` here: importing it costs 0.1 ms at every start.

import os
import sys

ON = frozenset({"1", "true", "yes", "on"})
OFF = frozenset({"", "0", "false", "no", "off"})

_was_called = False


def main() -> None:
    """Install the hooks if TIBIDI_ENABLE is on; report a problem in one line on stderr."""
    global _was_called
    if _was_called or _is_isolated():
        return
    _was_called = True
    text = os.environ.get("TIBIDI_ENABLE", "")
    word = text.strip().lower()
    if word in ON:
        _install()
    elif word not in OFF:
        _complain(f"TIBIDI_ENABLE={text!r} is ignored, tibidi is off: not one of 1 true yes on 0 false no off")


def _is_isolated() -> bool:
    """Return True if the environment must be ignored: -I, -E, or a program with the rights of another user."""
    # The start of a frozen program ignores the variables of Python itself, and says so in these flags.
    if (sys.flags.isolated or sys.flags.ignore_environment) and not hasattr(sys, "frozen"):
        return True
    return hasattr(os, "geteuid") and (os.geteuid() != os.getuid() or os.getegid() != os.getgid())


def _install() -> None:
    try:
        from tibidi import hooks

        for problem in hooks.install_all():
            _complain(problem)
    except Exception as error:  # noqa: BLE001 - without tibidi, or with another version of it, the interpreter starts
        _complain(f"not installed at the start: {type(error).__name__}: {error}; is the package tibidi there?")


def _complain(problem: str) -> None:
    try:
        sys.stderr.write(problem if problem.startswith("tibidi: ") else f"tibidi: {problem}")
        sys.stderr.write("\n")
    except Exception:  # noqa: BLE001 - no stderr, or a closed one
        return

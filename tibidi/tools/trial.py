"""Make a call of a crash again, in a process of its own, and compare how that ends."""

from __future__ import annotations

import json
import linecache
import os
import re
import runpy
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import tibidi
from tibidi.culprit import OwnCode
from tibidi.errors import TibidiError
from tibidi.model import REDACTED_TEXT, FrameRecord, ProcessRecord
from tibidi.present import phrases
from tibidi.present.lines import ADDRESS
from tibidi.process.texts import source_lines
from tibidi.reading.inert.repr import BOUNDED
from tibidi.reading.today import MAINS
from tibidi.store.directory import CrashDirectory
from tibidi.tools import replay
from tibidi.tools.call import calls
from tibidi.tools.case import Case
from tibidi.tools.checkout import open_here
from tibidi.tools.evaluation import message_of

if TYPE_CHECKING:
    import argparse

CHILD = "from tibidi.tools.trial import child; child()"
RETRIED = "retry.pkl"  # in the crash directory
CHILD_VARIABLES = {"TIBIDI_ENABLE": "0", "PYTHONDONTWRITEBYTECODE": "1"}
OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
ASSERTION = "builtins.AssertionError"
REWRITTEN = r"(?:^|\n)assert "  # what pytest adds to the message begins so
# How a call ended.
REPRODUCED, ANOTHER, PASSES = "reproduced", "another error", "passes here"
UNENDING, DIED, IMPOSSIBLE = "does not end", "process died", "cannot be called"


class Verdict(NamedTuple):
    """How a call ended, and the details in a line; `frame` was called, `file` is the test, or the new dump."""

    outcome: str
    detail: str
    frame: str = ""
    file: str | None = None


def repro(options: argparse.Namespace, folder: str) -> Verdict:
    """Write a test of the crash to `folder`, having run it.

    If the best call does not crash so, the others are tried; the program is run again only if no function has its
    arguments whole, or if its frame is named.  No test is written if nothing can be called.
    """
    cases = _cases(options, folder)
    if os.path.exists(cases[0].path) and not options.force:
        raise TibidiError(f"{cases[0].path} exists", "remove it, or replace it with --force")
    tried: list[tuple[tuple[object, ...], Case, Verdict]] = []
    for case in cases:
        if not tried or case.call.function or not cases[0].call.is_whole():
            verdict = attempt(case, options.seconds)
            said = (verdict.outcome == REPRODUCED, verdict.outcome != IMPOSSIBLE, bool(case.call.function))
            tried.append(((*said, -case.call.exception, case.call.frame), case, verdict))
            if said[0]:
                break
    _, case, verdict = max(tried, key=lambda each: each[0])  # that of the innermost function says most
    if verdict.outcome == IMPOSSIBLE:
        return verdict
    case.write(fails=options.expect_failure)
    return verdict._replace(file=os.path.normpath(case.path))


def retry(options: argparse.Namespace) -> Verdict:
    """Make the best call again; an exception is dumped to a file that no command takes for the latest crash."""
    target = os.path.join(CrashDirectory.locate(create=True).path, RETRIED)
    with tempfile.TemporaryDirectory() as folder:
        return attempt(_cases(options, folder)[0], options.seconds, target)


def _cases(options: argparse.Namespace, folder: str) -> list[Case]:
    dump, here = open_here(options.dump, options.trust)
    path = os.path.join(folder, f"test_crash_{re.sub(r'[^0-9A-Za-z_]', '_', dump.fingerprint)[:40] or 'unknown'}.py")
    return [Case(dump, here, call, path) for call in calls(dump, here, options.exception, options.frame)]


def attempt(case: Case, seconds: float, target: str = "") -> Verdict:
    """Write a test, run it, and judge how it ends; an exception is dumped to `target`."""
    frame = f"exceptions[{case.call.exception}].frames[{case.call.frame}]"
    name = f"{phrases.bare_type(case.frame.qualname)}()" if case.call.function else case.call.module
    if case.call.problem:
        return Verdict(IMPOSSIBLE, f"{frame}, {case.frame.qualname}: {case.call.problem}", frame)
    case.write(returns=bool(target))
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.json")
        command, environ = [sys.executable, "-c", CHILD, case.path, report], {**os.environ, **CHILD_VARIABLES}
        command += [target] if target else []
        try:
            status = subprocess.call(  # noqa: S603 - as wanted; what the program prints is not the answer
                command, env=environ, timeout=seconds, stdin=subprocess.DEVNULL, stdout=sys.stderr
            )
            ended = json.loads(Path(report).read_text(encoding="utf-8"))
        except subprocess.TimeoutExpired:
            return Verdict(UNENDING, f"{name} was still running after {seconds:g} s", frame)
        except (OSError, ValueError):
            return Verdict(DIED, f"{name} ended its process with status {status}", frame)
    if "type" in ended:
        outcome, detail = _compare(case, ended)
    else:
        outcome, detail = PASSES, f"{name} {'returns ' + ended['result'] if target else 'does not raise'}"
    return Verdict(outcome, "; ".join([detail, *case.call.doubts()]), frame, ended.get("dump"))


def _compare(case: Case, ended: dict[str, Any]) -> tuple[str, str]:
    """Return the outcome for an exception, and the details: type, message and innermost own line must be the same."""
    own, called = OwnCode(case.dump.process), case.exception.record.frames[case.call.frame :]
    inner = next(filter(own.has, reversed(called)), None)
    then = inner or called[-1]
    places = [FrameRecord(*place) for place, is_own in ended["places"] if is_own or inner is None]
    now = places[-1] if places else FrameRecord(case.path, "", "", "", 0)
    found = f"{phrases.crash_line(ended['type'], ended['message'].split(chr(10))[0])} at {phrases.frame_place(now)}"
    lines = source_lines(case.dump.sources.get(then.file, ""))
    text = lines[then.line - 1].strip() if 0 < then.line <= len(lines) else None
    main, (module, _, name) = case.here.main, case.exception.type.partition(".")
    messages = [ADDRESS.sub("", message) for message in (case.exception.message, ended["message"])]
    if ended["type"] == ASSERTION:  # pytest, which rewrites assertions, is not there now
        messages = [re.split(REWRITTEN, message)[0] for message in messages]
    pattern = ".*".join(map(re.escape, messages[0].split(REDACTED_TEXT)))
    places_differ = phrases.frame_place(then._replace(line=0)) != phrases.frame_place(now._replace(line=0))
    if ended["type"] not in {case.exception.type, f"{main if module in MAINS else module}.{name}"}:
        was = phrases.short_type(case.exception.type)
    elif not re.fullmatch(pattern, messages[1], re.DOTALL):
        was = repr(case.exception.message.split("\n")[0])
    elif places_differ or (now.line != then.line if text is None else now.qualname != text):
        was = f"at {phrases.frame_place(then)}" + ("" if places_differ or text is None else f", {text!r}")
    else:
        return REPRODUCED, found + (f", then line {then.line}: the source differs here" * (now.line != then.line))
    return ANOTHER, f"{found}, it was {was}"


# --- in the process of the test


def child() -> None:
    """Run the test in `sys.argv`, and write down how it ended."""
    test, report, *target = sys.argv[1:]
    sys.argv[:] = [test]
    sys.path[:] = [path for path in sys.path if path not in {"", os.getcwd()}]  # the test says what it needs
    ended: dict[str, Any] = {}
    try:
        (function,) = (each for name, each in runpy.run_path(test).items() if name.startswith("test_crash_"))
        ended["result"] = BOUNDED.repr(function())
    except BaseException as error:  # noqa: BLE001 - whatever the application raises is the result
        ended["type"] = f"{type(error).__module__}.{type(error).__qualname__}"
        ended["message"] = message_of(error)
        ended["places"] = _places(error, test)
        tb = error.__traceback__
        while tb is not None and tb.tb_frame.f_code.co_filename != test:
            tb = tb.tb_next
        if target:  # from the called function on
            replay.be_main()
            error = error.with_traceback((tb and tb.tb_next) or error.__traceback__)
            ended["dump"] = tibidi.dump_exception(error, *target)
    Path(report).write_text(json.dumps(ended), encoding="utf-8")


def _places(error: BaseException, test: str) -> list[object]:
    """Return the frames of an exception but those of the test and of tibidi; the text of the line is the qualname."""
    own, found = OwnCode(ProcessRecord(cwd=os.getcwd(), executable=sys.executable)), list[object]()
    for frame, line in traceback.walk_tb(error.__traceback__):
        file, module = frame.f_code.co_filename, str(frame.f_globals.get("__name__"))
        record = FrameRecord(file, module, frame.f_code.co_name, linecache.getline(file, line).strip(), line)
        if file != test and not file.startswith(OURS):
            found.append((record[:5], own.has(record)))
    return found

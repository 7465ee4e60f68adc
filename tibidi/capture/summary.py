"""Pass one: from live objects to the model, without running application code.

There are two exceptions: `__str__` of an exception, which makes the message that Python prints, is called in a worker
with a short timeout; and the callback `tibidi.config.redact` is called, which the application has set for that.
"""

from __future__ import annotations

import sys

import tibidi
from tibidi import TYPE_CHECKING, model
from tibidi.capture import messages
from tibidi.capture.fingerprint import fingerprint
from tibidi.capture.process import process
from tibidi.culprit import subjects
from tibidi.look.anatomy import dictionary, error_text, stored
from tibidi.look.frames import LiveCrash, LiveException, LiveFrame, is_session, module_name, qualname, shielded
from tibidi.look.preview import MAX_VARIABLE_CHARACTERS, Previewer
from tibidi.model import FAILED, TOO_LARGE, Omission, Variable
from tibidi.process import arguments_of, time
from tibidi.process.temporary import call
from tibidi.process.texts import ascii_safe, iso_time
from tibidi.redaction.hunt import hunt
from tibidi.words.code import walk

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from types import CodeType
    from typing import Any

    from tibidi.redaction import Redactor

# The most that pass one takes of the time of a dump; the rest is for the values.
MAX_SECONDS = 1.0
MAX_HOOK_SECONDS = 3.0
NEAR_FRAMES = 10  # innermost ones; previews in the others are shorter
MAX_FAR_CHARACTERS = 300
MAX_VARIABLES = 500  # of one frame
# Every module has these; they are not shown as variables.
MODULE_MACHINERY = frozenset({
    "__annotations__", "__builtins__", "__cached__", "__conditional_annotations__", "__doc__", "__file__", "__loader__",
    "__name__", "__package__", "__path__", "__spec__",
})  # fmt: skip


def describe(crash: LiveCrash, redactor: Redactor, *, deadline: float) -> model.Summary:
    """Return the summary of a crash; secrets are searched for first.

    The callback `tibidi.config.redact` is application code, so there is a
    timeout, after which every named value is redacted.
    """
    if redactor.hook:
        try:
            seconds = min(deadline - time.monotonic(), MAX_HOOK_SECONDS)
            return call(lambda: _describe(crash, redactor, deadline), seconds)
        except TimeoutError:
            redactor.distrust_hook()
    return _describe(crash, redactor, deadline)


def _describe(crash: LiveCrash, redactor: Redactor, deadline: float) -> model.Summary:
    deadline = min(deadline, time.monotonic() + MAX_SECONDS)
    previewer = Previewer(redactor, deadline)
    try:
        with shielded(previewer.omissions, "values"):
            redactor.is_unsure = True
            hunt(crash, redactor, deadline)
            redactor.is_unsure = False
        if redactor.is_unsure:
            previewer.hide("no values are shown, since the search for secrets failed")
        return _Summarizer(crash, redactor, previewer, deadline).summary()
    finally:
        previewer.close()


class _Summarizer:
    def __init__(self, crash: LiveCrash, redactor: Redactor, previewer: Previewer, deadline: float) -> None:
        self._crash = crash
        self._redactor = redactor
        self._deadline = deadline
        self._previewer = previewer
        self._omissions: list[Omission] = list(crash.omissions)
        self._codes: dict[tuple[int, bool], tuple[str, str, int, model.CodeRecord]] = {}
        self._positions: dict[tuple[int, int], tuple[int | None, ...]] = {}
        self._variables: dict[int, dict[str, Variable]] = {}

    def summary(self) -> model.Summary:
        record = model.ProcessRecord()
        with self._shielded("process"):
            record = process(self._redactor, self._omissions)  # first: it learns secrets from the arguments
        before = self._history()
        now, kind, reason = iso_time(time.time_ns()), self._crash.kind, self._crash.reason
        summary = model.Summary(tibidi.__version__, now, record, self._exceptions(), kind=kind, reason=reason, **before)
        with self._shielded("threads"):
            summary = summary._replace(threads=tuple(map(self._thread, range(len(self._crash.threads)))))
        with self._shielded("tasks"):
            summary = summary._replace(tasks=tuple(map(self._task, range(len(self._crash.tasks)))))
        if self._crash.test is not None:
            with self._shielded("test"):
                summary = summary._replace(test=self._crash.test.record(self._previewer, self._text))
        with self._shielded("fingerprint"):
            live = self._crash.exceptions or self._crash.threads[:1]
            summary = summary._replace(fingerprint=fingerprint(subjects(summary), live))
        omissions = [each._replace(detail=self._text(each.detail)) for each in self._omissions]
        return summary._replace(omissions=(*omissions, *self._previewer.omissions, *self._redactor.found))

    def _shielded(self, path: str) -> AbstractContextManager[None]:
        return shielded(self._omissions, path)

    def _history(self) -> dict[str, Any]:
        tail: Any = sys.modules.get("tibidi.hooks.tail")
        with self._shielded("log"):
            if (tail and tail.records) or "tibidi.hooks.swallowed" in sys.modules:
                from tibidi.capture.history import before  # few crashes have any

                return before(self._redactor, self._omissions)
        return {}

    def _thread(self, number: int) -> model.ThreadRecord:
        live = self._crash.threads[number]
        frames = self._frames(live.frames, f"threads[{number}]")
        return model.ThreadRecord(self._text(live.name), live.ident, live.crashed, live.daemon, frames)

    def _task(self, number: int) -> model.TaskRecord:
        live = self._crash.tasks[number]
        frames = self._frames(live.frames, f"tasks[{number}]")
        return model.TaskRecord(self._text(live.name), self._text(live.state), frames)

    def _exceptions(self) -> tuple[model.ExceptionRecord, ...]:
        """Describe the exceptions, the last one first, since time may run out."""
        records = [self._exception(live) for live in reversed(self._crash.exceptions)]
        return tuple(reversed(records))

    def _exception(self, live: LiveException) -> model.ExceptionRecord:
        path = f"exceptions[{live.id}]"
        message, omission = messages.message(live.exception, path, self._deadline)
        if omission is not None:
            self._omissions.append(omission)
        kind = "?"
        notes: tuple[str, ...] = ()
        with self._shielded(f"{path}.type"):
            kind = messages.type_of(live.exception)
        with self._shielded(f"{path}.notes"):
            notes = tuple([self._text(note, f"{path}.notes") for note in self._notes(live.exception, path)])
        return model.ExceptionRecord(
            id=live.id,
            parent=live.parent,
            relation=live.relation,
            type=kind,
            message=self._text(message, f"{path}.message"),
            notes=notes,
            suppress_context=BaseException.__dict__["__suppress_context__"].__get__(live.exception) is True,
            frames=self._frames(live.frames, path),
            attributes=self._attributes(live.exception, f"{path}.exception"),
        )

    def _attributes(self, exception: BaseException, path: str) -> dict[str, Variable]:
        has_message_only = len(arguments_of(exception)) < 2 and not dictionary(exception)
        if has_message_only and stored(type(exception)).keys() <= {"args"}:
            return {}
        with self._shielded(path):
            from tibidi.capture.attributes import described

            return described(exception, path, self._previewer)
        return {}

    def _notes(self, exception: BaseException, path: str) -> list[str]:
        if not messages.has_notes(exception):
            return []
        from tibidi.capture.attributes import notes  # few exceptions have any

        return notes(exception, path, self._previewer.show, self._deadline, self._omissions)

    def _frames(self, frames: list[LiveFrame], path: str) -> tuple[model.FrameRecord, ...]:
        """Describe a stack, the innermost frame first, since time may run out."""
        records = []
        for distance, live in enumerate(reversed(frames)):
            characters = MAX_VARIABLE_CHARACTERS if distance < NEAR_FRAMES else MAX_FAR_CHARACTERS
            records.append(self._frame(live, f"{path}.frames[{len(frames) - 1 - distance}]", characters))
        return tuple(reversed(records))

    def _frame(self, live: LiveFrame, path: str, characters: int) -> model.FrameRecord:
        code = live.frame.f_code
        name: str = code.co_name
        position: tuple[int | None, ...] = (None,) * 3
        variables: dict[str, Variable] = {}
        try:
            name = qualname(live)
            position = self._position(code, live)
            path = f"{path}.locals"
            variables = self._locals(live, path, characters)
        except Exception as error:  # noqa: BLE001 - whatever went wrong is in the dump
            self._omissions.append(Omission(path, FAILED, error_text(error)))
        key = (id(code), live.namespace is live.frame.f_globals)
        if key not in self._codes:
            record = _code_record(code, is_module=key[1])
            self._codes[key] = ascii_safe(code.co_filename), code.co_name, code.co_firstlineno, record
        file, plain, *rest = self._codes[key]
        module = module_name(live.frame.f_globals)
        return model.FrameRecord._make((file, module, plain, name, live.lineno, *position, *rest, variables))

    def _position(self, code: CodeType, live: LiveFrame) -> tuple[int | None, ...]:
        """Return end line and columns of a frame (PEP 657), None if they disagree with the line number."""
        if hasattr(code, "co_positions") and live.lasti >= 0:
            key = (id(code), live.lasti)
            if key not in self._positions:
                positions = list(code.co_positions())
                at = live.lasti // 2
                self._positions[key] = positions[at] if at < len(positions) else (None,) * 4
            line, *position = self._positions[key]
            if line == live.lineno:
                return tuple(position)
        return (None,) * 3

    def _locals(self, live: LiveFrame, path: str, characters: int) -> dict[str, Variable]:
        """Preview the variables at `path`, once for a frame that is in two stacks."""
        known = self._variables.get(id(live.namespace))
        if known is None:
            known = self._variables[id(live.namespace)] = self._previews(live, path, characters)
        return known

    def _previews(self, live: LiveFrame, path: str, characters: int) -> dict[str, Variable]:
        found: dict[str, Variable] = {}
        is_module = live.namespace is live.frame.f_globals
        codes = walk(live.frame.f_code) if is_session(live.namespace) else ()
        used = {name for code in codes for name in code.co_names}
        for name, value in list(dict.items(live.namespace)):
            if type(name) is not str or (is_module and name in MODULE_MACHINERY) or (used and name not in used):
                continue
            if len(found) == MAX_VARIABLES:
                excess = len(live.namespace) - MAX_VARIABLES
                self._omissions.append(Omission(path, TOO_LARGE, f"{excess} variables are not shown"))
                break
            found[ascii_safe(name)] = self._previewer.variable(name, value, f"{path}[{name!r}]", characters)
        return found

    def _text(self, text: str, path: str = "") -> str:
        cleaned, rule = self._redactor.scrub(text)
        if rule and path:
            self._redactor.note(path, rule)
        return ascii_safe(cleaned)


def _code_record(code: CodeType, *, is_module: bool) -> model.CodeRecord:
    kind = model.FUNCTION if code.co_flags & model.CO_OPTIMIZED else model.MODULE if is_module else model.MAPPING
    parameters = code.co_argcount + code.co_kwonlyargcount
    parameters += bool(code.co_flags & model.CO_VARARGS) + bool(code.co_flags & model.CO_VARKEYWORDS)
    return model.CodeRecord(
        kind=kind,
        varnames=code.co_varnames[:parameters],
        argcount=code.co_argcount,
        posonlyargcount=code.co_posonlyargcount,
        kwonlyargcount=code.co_kwonlyargcount,
        flags=code.co_flags,
        freevars=code.co_freevars,
        cellvars=code.co_cellvars,
    )

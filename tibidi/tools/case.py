"""A test that makes a call of a crash again: its text, and the data file beside it."""

from __future__ import annotations

import inspect
import io
import os
import sys
import time
from pathlib import Path

from tibidi import config
from tibidi.dump import Dump
from tibidi.dumpfile import encode
from tibidi.dumpfile import format as fmt
from tibidi.dumpfile.writer import Archive
from tibidi.errors import TibidiError
from tibidi.look.frames import LOCALS, Root
from tibidi.model import Index, ProcessRecord
from tibidi.present import phrases
from tibidi.process.texts import printable
from tibidi.reading.today import MAINS
from tibidi.redaction import Redactor
from tibidi.store.keys import read_or_make_key
from tibidi.tools import literals
from tibidi.tools.call import Call
from tibidi.tools.checkout import Checkout

WIDTH = 100  # characters of a call on one line
MAX_PROSE = 300  # characters of a line in the docstring
# What the code of a test may contain, and the import that this needs.
WORDS = {f"{name}.": f"import {name}" for name in ("asyncio", "pytest", "runpy", "sys")}
WORDS |= {"HERE": "from pathlib import Path", "replay.": "from tibidi.tools import replay"}
WORDS |= {"=re.": "import re", "mock.": "from unittest import mock"}
TEMPLATE = '''\
"""{doc}
"""

{setup}


def {name}():
    """{function}() does not raise as it did in the crash."""
    {body}
'''


class Case:
    """A call of a crash, and the file for its test; that of the data ends in `.pkl`."""

    def __init__(self, dump: Dump, here: Checkout, call: Call, path: str) -> None:
        self.dump, self.here, self.call, self.path = dump, here, call, path
        self.exception = dump.exceptions[call.exception]
        self.frame = self.exception[call.frame]

    def write(self, *, fails: bool = False, returns: bool = False) -> None:
        """Write the test, and its data file if there are arguments that are not literals.

        With `fails`, the test passes as long as the call crashes as before; with `returns`, it returns the result.
        """
        data = f"{self.path[:-3]}.pkl"
        os.makedirs(os.path.dirname(self.path) or ".", exist_ok=True)
        text, values = _Text(self).test(fails=fails, returns=returns)
        Path(self.path).write_text(text, encoding="utf-8", errors="backslashreplace")
        if values:
            Path(data).write_bytes(_dumped(self, values))
        elif os.path.exists(data):
            os.unlink(data)


class _Text:
    """Makes the text of one test."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._setup = {f"sys.path.insert(0, {self._path(root)})": "" for root in reversed(case.here.roots)}
        self._homes: dict[str, str] = {}  # the module of each name
        self._values: dict[str, object] = {}

    def test(self, *, fails: bool, returns: bool) -> tuple[str, dict[str, object]]:
        case = self._case
        body = "return " * returns + self._call() if case.call.function else self._run()
        if fails:
            kind = type(case.exception.exception)
            root = kind.__qualname__.partition(".")[0]
            is_here = hasattr(sys.modules.get(kind.__module__), root)  # else it is local to a function
            name = self._named(kind.__qualname__, {root: kind.__module__}) if is_here else "Exception"
            body = f"with pytest.raises({name}, match=re.escape({case.exception.message!r})):\n{body}"
            body = body.replace("\n", "\n    ")
        if self._values:
            body = f"values = replay.arguments(__file__)\n{body}"
        code = "\n".join([body, *self._setup])
        imports = sorted({line for word, line in WORDS.items() if word in code}, key=lambda line: (line[:4], line))
        here = ["", "HERE = Path(__file__).resolve().parent"] if "HERE" in code else []
        text = TEMPLATE.format(
            doc=self._docstring(),
            setup="\n".join([*imports, *here, *self._setup]).strip(),
            name=os.path.basename(case.path)[:-3],
            function=phrases.bare_type(case.frame.qualname),
            body=body.replace("\n", "\n    "),
        )
        return text, self._values

    def _docstring(self) -> str:
        case, call, record = self._case, self._case.call, self._case.exception
        title = phrases.crash_line(record.type, record.message.split("\n")[0])
        source = f"{os.path.basename(case.dump.path)} of {phrases.minute(case.dump.time)} UTC"
        from_ = f"From exceptions[{call.exception}].frames[{call.frame}] of the dump {source}."
        doubts = [f"- {doubt}" for doubt in call.doubts()]
        lines = [f"{title}, at {phrases.frame_place(record[-1])}", "", from_, *doubts]
        return "\n".join(printable(line)[:MAX_PROSE].replace("\\", "\\\\").replace('"', "'") for line in lines)

    def _call(self) -> str:
        call, flags, texts = self._case.call, self._case.frame.code.flags, self._expressions()
        function = self._module(call.module) + call.function
        if call.inner:
            cells = ", ".join(f"{each.name!r}: {texts.pop(0)}" for each in call.cells)
            function = f"replay.nested({function}, {list(call.inner)!r}, {{{cells}}})"
        names = [*([""] * len(call.positional)), *(f"{each.name}=" for each in call.keywords)]
        arguments = [f"{name}{text}" for name, text in zip(names, texts)]
        text = f"{function}({', '.join(arguments)})"
        if len(text) > WIDTH:
            text = f"{function}(\n" + "".join(f"    {each},\n" for each in arguments) + ")"
        if flags & inspect.CO_ASYNC_GENERATOR:
            text = f"replay.collect({text})"
        if flags & (inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR):
            return f"asyncio.run({text})"
        return f"list({text})" if flags & inspect.CO_GENERATOR else text

    def _expressions(self) -> list[str]:
        """Return an expression for each value that the call needs, its cells first.

        Values without one go to the data file, with all values that may share objects with them.
        """
        arguments = self._case.call.arguments()
        texts = [self._named(*literals.literal(each.value)) for each in arguments]
        if "" in texts or literals.has_aliases([each.value for each in arguments]):
            for number, each in enumerate(arguments):
                if not (texts[number] and literals.is_atom(each.value)):
                    self._values[each.name], texts[number] = each.value, f"values[{each.name!r}]"
        return texts

    def _named(self, text: str, homes: dict[str, str]) -> str:
        """Return an expression, "" if a name in it means something else in another one; the setup has the names."""
        if any(self._homes.setdefault(name, home) != home for name, home in homes.items()):
            return ""
        here = self._case.here
        for name, home in homes.items():
            if home == here.main and here.is_partial:
                self._setup[f"{name} = {self._module(home)}.{name}"] = ""
            elif home != "builtins":
                self._setup[f"import {name}" if name == home else f"from {home} import {name}"] = ""
        return text

    def _run(self) -> str:
        """Return the statements that run the program again, or import the module again."""
        case, here = self._case, self._case.here
        if case.frame.module not in MAINS:
            return f"runpy.run_module({case.call.module!r})"
        script = self._path(here.script)
        argv = f"[{', '.join([script, *map(repr, case.dump.process.argv[1:])])}]"
        what = f"run_module({here.main!r}" if "." in here.main else f"run_path({script}"
        return f"with mock.patch.object(sys, 'argv', {argv}):\n    runpy.{what}, run_name='__main__')"

    def _module(self, name: str) -> str:
        """Return the expression for a module; the setup makes it available."""
        here = self._case.here
        if name != here.main or not here.is_partial:
            self._setup[f"import {name}"] = ""
            return name
        before = f", before={here.before!r}" if here.before else ""
        self._setup[f"{name.replace('.', '_')} = replay.script({self._path(here.script)}, {name!r}{before})"] = ""
        return name.replace(".", "_")

    def _path(self, path: str) -> str:
        """Return the expression for a path, relative to the test."""
        relative = os.path.relpath(path, os.path.realpath(os.path.dirname(self._case.path))).replace(os.sep, "/")
        return "str(HERE)" if relative == "." else f"str(HERE / {relative!r})"


def _dumped(case: Case, values: dict[str, object]) -> bytes:
    """Return a dump that has the arguments alone, signed with the key of this user."""
    if sys.implementation.name != "cpython":
        raise TibidiError("only CPython has the pickler for the arguments", "run the same command with CPython")
    from tibidi.writing.values import write_values

    frame = case.frame.record._replace(locals={})
    record = case.exception.record._replace(parent=None, frames=(frame,), attributes={})
    summary = case.dump.summary._replace(
        process=ProcessRecord(python=case.dump.process.python), exceptions=(record,), threads=(), tasks=(), omissions=()
    )
    root = Root(("exceptions[0].frames[0].locals",), LOCALS, values)
    redactor, deadline = Redactor(config.redact_names, {}, config.redact), time.monotonic() + config.max_seconds
    file = io.BytesIO()
    archive = Archive(file)
    archive.add(fmt.SUMMARY, encode.summary_json(summary), encode.headline(summary))
    done = write_values([root], archive, deadline=deadline, max_bytes=config.max_bytes, redactor=redactor)
    index = Index(done.complete, {name: tuple(paths) for name, paths in done.members}, {}, tuple(done.omissions))
    archive.add(fmt.INDEX, encode.dumps(encode.index_to_json(index)))
    archive.finish(read_or_make_key())
    return file.getvalue()

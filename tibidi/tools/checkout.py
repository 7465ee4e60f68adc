"""The application of a crash as it is here: the folders of its modules, and its script as a module."""

from __future__ import annotations

import ast
import contextlib
import importlib
import os
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from types import ModuleType
from typing import NamedTuple

from tibidi.culprit import OwnCode
from tibidi.dump import Dump
from tibidi.dumpfile.reader import Reader
from tibidi.errors import TibidiError
from tibidi.loader import open_dump
from tibidi.look.anatomy import error_text
from tibidi.model import MODULE, FrameRecord, ProcessRecord, Summary
from tibidi.process.texts import source_lines
from tibidi.reading.today import MAINS
from tibidi.revive.importing import extend_path
from tibidi.revive.mismatch import find_here, is_file
from tibidi.store.keys import read_key
from tibidi.store.location import find
from tibidi.tools import replay
from tibidi.tools.definition import parsed, spans


class Checkout(NamedTuple):
    """Where the application is: folders that were not on `sys.path`, and what was `__main__`.

    `main` is the name of that module, `script` its file, both "" if it is not here.  If it `is_partial`, no import
    statement can import it: that would run the program, which crashed in the statement that begins with `before`.
    """

    roots: tuple[str, ...] = ()
    main: str = ""
    script: str = ""
    before: str = ""
    is_partial: bool = False


def open_here(name: str | None, trust: bool | None) -> tuple[Dump, Checkout]:
    """Load a dump live, with objects of the classes that are here now; raise TibidiError if it would open inert."""
    path = find(name)
    what = f"{path} is not signed with your key, and this runs code that it names"
    refusal = TibidiError(what, "--live trusts the file")
    with Reader(path) as reader:
        if not trust and not reader.is_signed_by(read_key()):
            raise refusal
        here = survey(reader.summary, reader.sources)
    sys.path[:0] = here.roots
    sys.dont_write_bytecode = True  # code that changes within a second would not be compiled again

    def before_live(process: ProcessRecord) -> ModuleType | None:
        extend_path(process)
        try:
            if here.is_partial:
                return replay.script(here.script, here.main, here.before)
            return importlib.import_module(here.main) if here.main else None
        except (Exception, SystemExit) as error:
            what = f"{here.script} cannot be imported here: {error_text(error)}"
            raise TibidiError(what, "run this where the program runs") from error

    with contextlib.redirect_stdout(sys.stderr):  # what modules print while they are imported
        dump = open_dump(path, trust, before_live)
    if not dump.live:  # the file is another one by now
        raise refusal
    return dump, here


def survey(summary: Summary, sources: Mapping[str, str]) -> Checkout:
    """Find the own modules of a crash: below the working directory, else where they were."""
    own, roots, main = OwnCode(summary.process), dict[str, None](), Checkout()
    for frame in filter(own.has, summary.frames()):
        path = find_here(frame.file, {frame.module}) or (frame.file if is_file(frame.file) else "")
        if not path:
            continue
        path = os.path.abspath(path)
        folder, file = root, _ = os.path.split(path)
        parts = [os.path.splitext(file)[0]]
        while os.path.exists(os.path.join(root, "__init__.py")):
            root, package = os.path.split(root)
            parts.insert(0, package)
        if frame.module in MAINS:
            name = _free_name(".".join(parts), path)
            before = _running(frame, sources.get(frame.file, "")) or (main.before if main.script == path else "")
            main = Checkout((), name, path, before, bool(before) or name != ".".join(parts))
            roots[folder] = None
        roots[root] = None
    known = {os.path.abspath(each) for each in sys.path if each} - {os.getcwd()}
    return main._replace(roots=tuple(root for root in roots if root not in known))


def _free_name(name: str, path: str) -> str:
    """Return a name for a script that no other module has."""
    if "." in name:
        return name
    stem = "".join(char if char.isidentifier() or char.isdecimal() else "_" for char in name)
    spec = None if stem != name or name in sys.modules else find_spec(name)
    is_other = name in sys.modules or (spec is not None and os.path.abspath(str(spec.origin)) != path)
    return f"{stem}_script" if stem != name or is_other else name


def _running(frame: FrameRecord, source: str) -> str:
    """Return the first line of the statement that a script was in; "" if importing it does not run that."""
    nodes = parsed(source).body if frame.code.kind == MODULE else []
    found = [node for node in nodes if spans(node, frame.line)]
    is_guarded = any(isinstance(node, ast.If) and "__name__" in ast.dump(node.test) for node in found)
    return source_lines(source)[found[0].lineno - 1].strip() if found and not is_guarded else ""

"""How the function of a captured frame can be called again, here and now."""

from __future__ import annotations

import importlib
import inspect
import types
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from tibidi.culprit import OwnCode, root_cause
from tibidi.dump import Dump, DumpedFrame
from tibidi.errors import TibidiError
from tibidi.look.anatomy import error_text
from tibidi.model import CAUSE, CONTEXT, FUNCTION, MODULE, REDACTED_TEXT, ExceptionRecord
from tibidi.present import phrases
from tibidi.process.texts import printable
from tibidi.reading.inert.types import InertObject
from tibidi.reading.today import MAINS
from tibidi.tools.checkout import Checkout
from tibidi.tools.definition import LOCALS, definition, rebound
from tibidi.tools.literals import is_atom, within
from tibidi.words.standins import StandIn

MAX_SHOWN = 120  # characters of a stand-in
MAX_WRAPPERS = 30
# Where decorators keep the function that they were given, besides attributes and cells.
HOLDERS = ("fget", "fset", "fdel", "func", "__func__")


class Argument(NamedTuple):
    """An argument: its value at the crash, and why that may differ from what was passed, "" if nothing says so."""

    name: str
    value: Any
    doubt: str = ""


class Call(NamedTuple):
    """A call of the function of `exceptions[exception].frames[frame]`, or a run of its module if `function` is "".

    `function` is its path in `module`; for a function within a function, that of the outer one, and `inner` has the
    names from there.  `problem` says why the call is not possible.
    """

    exception: int
    frame: int
    module: str
    function: str = ""
    inner: tuple[str, ...] = ()
    positional: tuple[Argument, ...] = ()
    keywords: tuple[Argument, ...] = ()
    cells: tuple[Argument, ...] = ()
    problem: str = ""

    def is_whole(self) -> bool:
        """Return True for a function that can be called with what it was called with, as far as is known."""
        return bool(self.function) and not self.problem and not any(each.doubt for each in self.arguments())

    def doubts(self) -> list[str]:
        """Return what may differ from the call that crashed."""
        found = [f"{each.name} {each.doubt}" for each in self.arguments() if each.doubt]
        rest = ", ".join(each.name for each in self.arguments() if not each.doubt and not is_atom(each.value))
        return [*found, f"whether the call had changed {rest} is not known"] if rest else found

    def arguments(self) -> tuple[Argument, ...]:
        """Return all values that the call needs, the free variables first."""
        return (*self.cells, *self.positional, *self.keywords)


def calls(dump: Dump, here: Checkout, exception: int | None = None, frame: int | None = None) -> list[Call]:
    """Return the calls that may crash again: of own functions with whole arguments, the innermost first.

    They are followed by a run of the program, and by functions with other arguments.  With a `frame`, only its call is
    returned.
    """
    if not dump.exceptions:
        raise TibidiError(f"the dump is of kind {dump.kind} and has no exception", "python -m tibidi show prints it")
    lost = phrases.without_values(dump.omissions)
    if lost:
        raise TibidiError(f"no function can be called: {lost[0].lower()}{lost[1:].rstrip('.')}", "")
    index, number = blamed(dump, exception, frame)
    if frame is not None:
        return [_call(dump, here, *_escaping(dump, index, number))]
    found = [_call(dump, here, *each) for each in own_places(dump, blamed(dump, exception, 0)[0])]
    if not found:
        raise TibidiError(f"exceptions[{index}] has no frame of own code", "name another one with --frame")
    return sorted(found, key=lambda call: 0 if call.is_whole() else 3 if call.problem else 2 if call.function else 1)


def own_places(dump: Dump, index: int) -> list[tuple[int, int]]:
    """Return the own frames that an exception passed, the innermost first, then those of the one that it became."""
    own, found, stacks = OwnCode(dump.process), [], dump.subjects
    for _ in stacks:
        count = len(stacks[index])
        then = _escaping(dump, index, 0)[0] if count else index
        numbers = [number for number in range(count - 1, -1, -1) if number or then == index]
        found += [(index, number) for number in numbers if own.has(stacks[index][number].record)]
        if then == index:
            break
        index = then
    return found


def blamed(dump: Dump, exception: int | None = None, frame: int | None = None) -> tuple[int, int]:
    """Return the index of an exception and the number of a frame: those named, else of the innermost own frame.

    They are indexes into `dump.subjects`.  Raises TibidiError if there is no such frame.
    """
    stacks = dump.subjects
    index = raised([each.record for each in stacks]) if exception is None else exception
    count = len(stacks[index]) if 0 <= index < len(stacks) else 0
    if not 0 <= (frame or 0) < count:
        what = f"the dump has no exceptions[{max(index, 0)}].frames[{frame or 0}]"
        raise TibidiError(what, "python -m tibidi show prints what it has")
    return (index, frame) if frame is not None else next(iter(own_places(dump, index)), (index, count - 1))


def raised(exceptions: Sequence[ExceptionRecord]) -> int:
    """Return the index of the root cause; if that was never raised, of the next one towards the last that was."""
    index = root_cause(exceptions)
    by_id = {record.id: n for n, record in enumerate(exceptions)}
    for _ in exceptions:  # a forged dump may have a loop
        record = exceptions[index]
        if record.frames or record.parent not in by_id:
            break
        index = by_id[record.parent]
    return index


def _escaping(dump: Dump, index: int, number: int) -> tuple[int, int]:
    """Return the place of a frame in the exception that left it; an exception's outermost frame had caught it."""
    for _ in dump.subjects:
        record, frame = dump.subjects[index].record, dump.subjects[index][number]
        found = [
            (parent, n)
            for parent, each in enumerate(dump.exceptions)
            for n, other in enumerate(each)
            if each.id == record.parent and other.locals is frame.locals
        ]
        if number or not found or record.relation not in {CAUSE, CONTEXT}:
            break
        index, number = found[-1]
    return index, number


def _call(dump: Dump, here: Checkout, index: int, number: int) -> Call:
    frame = dump.exceptions[index][number]
    made = Call(index, number, here.main if frame.module in MAINS else frame.module)
    if not made.module:
        return made._replace(problem=f"its script is not here: {frame.file}")
    if frame.code.kind == MODULE and not frame.file.startswith("<"):
        return made
    names, node = definition(frame.record, dump.sources.get(frame.file, ""))
    if frame.code.kind != FUNCTION or any(name.startswith("<") for name in names if name != LOCALS):
        return made._replace(problem="it has no name to call it by")
    cut = names.index(LOCALS) if LOCALS in names else len(names)
    inner = tuple(name for name in names[cut:] if name != LOCALS)
    try:
        module = importlib.import_module(made.module)
        function = _find(module, names[:cut], () if inner else frame.code.varnames)
    except Exception as error:  # noqa: BLE001 - importing runs application code
        return made._replace(problem=printable(error_text(error)))
    again = {} if node is None else rebound(node, (*frame.code.varnames, *frame.code.freevars), frame.line)
    try:
        positional, keywords, cells = _arguments(frame, again, bool(inner))
    except LookupError as error:
        return made._replace(problem=str(error.args[0]))
    return made._replace(function=function, inner=inner, positional=positional, keywords=keywords, cells=cells)


def _find(module: types.ModuleType, names: tuple[str, ...], parameters: tuple[str, ...]) -> str:
    """Return the path from a module to a function, through its decorators; `parameters` tells several apart."""
    value: Any = module
    path, found = "", list[tuple[bool, str]]()
    for name in names:
        is_private = isinstance(value, type) and name.startswith("__") and not name.endswith("__")
        name = f"_{value.__name__.lstrip('_')}{name}" if is_private else name
        value, path = inspect.getattr_static(value, name), f"{path}.{name}"
        if isinstance(value, (staticmethod, classmethod)):  # as an attribute it is bound
            value, path = value.__func__, path + ".__func__" * isinstance(value, classmethod)
    waiting = deque([(value, path)])
    for _ in range(MAX_WRAPPERS):
        if waiting:
            value, path = waiting.popleft()
            if isinstance(value, types.FunctionType) and value.__code__.co_name == names[-1]:
                found.append((value.__code__.co_varnames[: len(parameters)] == parameters, path))
            waiting.extend(_wrapped(value, path))
    if not found:
        raise LookupError(f"{'.'.join(names)} is no function here")
    return max(found, key=lambda each: each[0])[1]


def _wrapped(value: Any, path: str) -> Iterator[tuple[Any, str]]:
    """Yield what a decorated function may wrap: attributes such as `__wrapped__`, and cells of the wrapper."""
    if isinstance(value, (type, types.ModuleType)):
        return
    names = [name for name in HOLDERS if inspect.getattr_static(type(value), name, None) is not None]
    yield from ((getattr(value, name), f"{path}.{name}") for name in names)
    yield from ((each, f"{path}.{name}") for name, each in getattr(value, "__dict__", {}).items() if callable(each))
    for number, cell in enumerate(getattr(value, "__closure__", None) or ()):
        if cell != type(cell)():  # else it is still empty
            yield cell.cell_contents, f"{path}.__closure__[{number}].cell_contents"


def _arguments(frame: DumpedFrame, again: dict[str, int], is_nested: bool) -> tuple[tuple[Argument, ...], ...]:
    """Return the arguments by position and by name, and the free variables; raise LookupError if some are lost."""
    code, known = frame.code, {}
    for name in (*code.varnames, *(code.freevars if is_nested else ())):
        doubt = missing_in(frame.locals[name]) if name in frame.locals else "had been deleted"
        doubt = f"was bound again at line {again[name]}" if name in again else doubt
        known[name] = Argument(name, frame.locals.get(name), doubt)
    count = code.argcount + code.kwonlyargcount
    positional = [known[name] for name in code.varnames[: code.argcount]]
    keywords = [known[name] for name in code.varnames[code.argcount : count]]
    if code.flags & inspect.CO_VARARGS:
        rest = known[code.varnames[count]]
        positional += [Argument(f"{rest.name}[{n}]", each, rest.doubt) for n, each in enumerate(_rest(rest, tuple))]
    if code.flags & inspect.CO_VARKEYWORDS:
        rest = known[code.varnames[-1]]
        keywords += [Argument(name, each, rest.doubt) for name, each in _rest(rest, dict).items()]
    return tuple(positional), tuple(keywords), tuple(known[name] for name in code.freevars if is_nested)


def _rest(argument: Argument, kind: Any) -> Any:
    """Return the value of *args or **keywords."""
    if isinstance(argument.value, (kind, type(None))):
        return argument.value or kind()
    raise LookupError(f"{argument.name} {argument.doubt or 'was bound again'}")


def missing_in(value: object) -> str:
    """Return what is missing in a live value, "" if nothing is found to be; runs no code of the application."""
    for each in within(value):
        verb = "is" if each is value else "holds"
        if isinstance(each, str) and REDACTED_TEXT in each:
            return f"{verb} redacted"
        if issubclass(type(each), (StandIn, InertObject)):
            return f"{verb} {printable(repr(each))[:MAX_SHOWN]}"
    return ""

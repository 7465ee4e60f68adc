"""Raise the whole chain or tree of exceptions again.

Rules
-----
- Each exception is raised in its own revived stack and caught here, so its
  traceback has the right frames, the right `f_back` and, since Python 3.11,
  the positions for the carets.
- Raising writes `__context__`, so links are restored afterwards: context,
  then cause, then `__suppress_context__`, which setting a cause sets.
- All links are set through the descriptors of BaseException: an exception
  class of the application may refuse attributes (a frozen dataclass does).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType, TracebackType

from tibidi import model
from tibidi.dump import DumpedException, DumpedFrame
from tibidi.look.anatomy import GROUP
from tibidi.process.texts import printable
from tibidi.revive.calls import raising_call
from tibidi.revive.depth import run_deep

MAX_EXECUTED = 300  # frames entered by exec(), which uses C stack; with more of them tracebacks are linked instead

SUB_EXCEPTIONS = r" \(\d+ sub-exceptions?\)$"  # what str() of a group adds to its message

_traceback = BaseException.__dict__["__traceback__"]
_context = BaseException.__dict__["__context__"]
_cause = BaseException.__dict__["__cause__"]
_suppress = BaseException.__dict__["__suppress_context__"]


class EndOfStack(Exception):  # not an error: raising it makes a traceback of the stack of a thread or task
    """Raised at the end of a stack that no exception ended."""


def revive_exceptions(
    dumped: Sequence[DumpedException],
    renamed: Mapping[str, str],
    callers: Mapping[int, Sequence[DumpedFrame]] = MappingProxyType({}),
) -> list[BaseException]:
    """Return the exceptions of a dump with real tracebacks and their links in place.

    `callers` has the frames that had called the one that caught an exception,
    by its id: they are not in its traceback, but its frames lead to them by `f_back`.
    """
    exceptions: dict[int, BaseException] = {}
    children = _children(dumped)
    for each in dumped:
        members = [exceptions[other] for other in children(each, model.MEMBER) if other in exceptions]
        exceptions[each.id] = each.exception if each.exception is not None else stand_in(each, members)
    fields = (_context, _cause, _suppress)
    links = {id(each): [field.__get__(each) for field in fields] for each in exceptions.values()}
    for each in dumped:
        outer, exception = callers.get(each.id, ()), exceptions[each.id]
        raise_in([*outer, *each], exception, renamed)
        entry = exception.__traceback__
        for _ in outer:  # their entries are not in the traceback; the frames stay as they are
            entry = entry and entry.tb_next
        _traceback.__set__(exception, entry)
    for each in dumped:
        exception = exceptions[each.id]
        context, cause, suppress = links.get(id(exception), (None, None, False))
        causes, contexts = (children(each, relation) for relation in (model.CAUSE, model.CONTEXT))
        if links.pop(id(exception), None) is None and not causes and not contexts:
            continue  # it is in the dump again, as a member of a group
        _context.__set__(exception, context or next(map(exceptions.get, contexts), None))
        _cause.__set__(exception, cause or next(map(exceptions.get, causes), None))
        _suppress.__set__(exception, suppress or each.record.suppress_context or bool(causes))
    return [exceptions[each.id] for each in dumped]


def stand_in(dumped: DumpedException, members: Sequence[BaseException] = ()) -> BaseException:
    """Return an exception that prints like the captured one, whose object is not in the dump."""
    module, _, name = printable(dumped.type).rpartition(".")  # a class cannot have every name
    namespace = {"__module__": module or "builtins", "__doc__": None}
    exception: BaseException
    if members and GROUP is not None:
        message = re.sub(SUB_EXCEPTIONS, "", dumped.message)
        exception = type(name, (GROUP,), namespace)(message, list(members))
    else:
        exception = type(name or "Exception", (Exception,), namespace)(*filter(None, [dumped.message]))
    if dumped.notes:
        exception.__dict__["__notes__"] = list(dumped.notes)
    return exception


def traceback_of(frames: Sequence[DumpedFrame], renamed: Mapping[str, str]) -> TracebackType | None:
    """Return a traceback of a stack that no exception ended."""
    end = EndOfStack()
    raise_in(frames, end, renamed)
    return end.__traceback__


def raise_in(frames: Sequence[DumpedFrame], exception: BaseException, renamed: Mapping[str, str]) -> None:
    """Raise `exception` in `frames`, so that it has their traceback."""
    _traceback.__set__(exception, None)
    if not frames:
        return
    tracebacks: list[TracebackType | None] = []

    def work() -> None:
        tracebacks.append(_nested(frames, exception, renamed) or _linked(frames, exception, renamed))

    run_deep(work, len(frames))
    _traceback.__set__(exception, tracebacks[0])


def _nested(
    frames: Sequence[DumpedFrame], exception: BaseException, renamed: Mapping[str, str]
) -> TracebackType | None:
    """Raise in the whole stack at once; return None if it is too deep for this interpreter."""
    if sum(frame.record.code.kind == model.MAPPING for frame in frames) > MAX_EXECUTED:
        return None
    call = raising_call(frames, exception, renamed)
    try:
        call.function(*call.arguments)
    except BaseException as error:  # noqa: BLE001  # the captured exception may be of any kind
        if error is exception and error.__traceback__ is not None:
            return error.__traceback__.tb_next  # the first entry is this function
    return None


def _linked(
    frames: Sequence[DumpedFrame], exception: BaseException, renamed: Mapping[str, str]
) -> TracebackType | None:
    """Raise in each frame alone and link the tracebacks: no deep stack is needed, but `f_back` is lost."""
    chain: TracebackType | None = None
    for frame in reversed(frames):
        _traceback.__set__(exception, None)
        single = _nested([frame], exception, renamed)
        if single is not None:
            chain = TracebackType(chain, single.tb_frame, single.tb_lasti, single.tb_lineno)
    return chain


def _children(dumped: Sequence[DumpedException]) -> Callable[[DumpedException, str], list[int]]:
    """Return a function that returns the ids of the exceptions with a relation to a parent."""
    found: defaultdict[tuple[int | None, str], list[int]] = defaultdict(list)
    for each in dumped:
        found[each.parent, each.relation].append(each.id)
    # In a forged dump all may have one id, and each of them would have all as its children.
    parents = {each.id: each for each in reversed(dumped)}
    return lambda parent, relation: found[parent.id, relation] if parents[parent.id] is parent else []

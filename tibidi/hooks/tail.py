"""The log tail: the last records of logging, loguru, structlog and `warnings`, to show what led to a crash.

Rules
-----
- No code of the application runs: fields come from dictionaries, and types are compared exactly.
- Nothing lives longer: only texts and numbers are kept, and of any other argument the name of its type.
- A record takes less than a microsecond, so the text that a handler has formatted is kept where there is one,
  else, or where the arguments have names, the template with its arguments, for the dump to format.
- A hook looks as if it were part of its library, which finds its caller by the names of files and modules.
"""

# No `from __future__ import annotations` here: importing it costs 0.1 ms at the start.

import sys
from _collections import deque  # type: ignore[import-not-found]  # not known to typeshed
from _operator import itemgetter
from _thread import get_ident

from tibidi import TYPE_CHECKING, hooks
from tibidi.process import MAX_LOGGED, arguments_of, time

if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

MAX_ITEMS = 20  # of the values of a record

# Of each record: time, level, logger, file, line, function, thread, text, arguments, exception.  The arguments are
# those of `text % arguments`, or a list of names and values, or None.
records: "deque[tuple[Any, ...]]" = deque(maxlen=0)

_fields = itemgetter(
    "created", "levelname", "name", "pathname", "lineno", "funcName", "threadName", "msg", "args", "exc_info"
)
_type_name: "Any" = vars(type)["__name__"].__get__  # a metaclass may define another one
_seen: "deque[tuple[int, float]]" = deque(maxlen=16)  # records of loguru: each handler gets them


def install(module: "ModuleType") -> None:
    """Install the hook in a module of `hooks.MODULE_HOOKS`."""
    apply_settings()
    hooks_of: dict[str, Any] = {
        "logging": lambda: (module.Logger, "callHandlers", _around_handlers),  # after the filters of a logger
        "loguru._handler": lambda: (module.Handler, "emit", _after(_keep_loguru)),
        "structlog._base": lambda: (module.BoundLoggerBase, "_proxy_to_logger", _after(_keep_structlog)),
        "warnings": lambda: (module, "_showwarnmsg", _after(_keep_warning)),
    }
    owner, name, wrap = hooks_of[module.__name__]()
    previous = getattr(owner, name)
    if records.maxlen and not hasattr(previous, "tail"):  # the hook of `hooks.logs` over ours has it, too
        hook = in_place_of(previous, wrap(previous, module))
        hook.tail = hook
        hooks.set_function(owner, name, hook)


def apply_settings() -> None:
    """Keep as many records as the settings say."""
    global records
    size: int = hooks.setting("log_tail", 100)
    if records.maxlen != size:
        records = deque(records, size)


def in_place_of(previous: "Any", function: "Any") -> "Any":
    """Return a copy of `function` that looks like `previous` to code that checks files, modules or names.

    logging leaves out its frames by file, structlog by module; pickle finds a bound method by name.
    Its globals are a copy: it does not see them change.
    """
    place = previous.__code__
    code = function.__code__.replace(
        co_filename=place.co_filename, co_firstlineno=place.co_firstlineno, co_name=place.co_name
    )
    namespace = {**function.__globals__, "__name__": previous.__globals__["__name__"]}
    copy: Any = type(function)(code, namespace, None, None, function.__closure__)
    for each in ("__module__", "__name__", "__qualname__", "__doc__"):  # as functools.wraps(), which is not loaded yet
        setattr(copy, each, getattr(previous, each))
    vars(copy).update(vars(previous), __wrapped__=previous)
    return copy


def _after(keep: "Any") -> "Any":
    def wrap(previous: "Any", _: object) -> "Any":
        def hook(*args: object, **options: object) -> object:
            try:
                return previous(*args, **options)
            finally:
                try:
                    keep(*args, **options)
                except Exception:  # noqa: BLE001, S110 - another version of the library: the record is lost
                    pass

        return hook

    return wrap


def _around_handlers(previous: "Any", module: "Any") -> "Any":  # noqa: C901 - see below
    plain_class = module.LogRecord
    facts_of = vars(plain_class)["__dict__"].__get__
    own: Any = sys.modules[__name__]  # a setting replaces its records

    def callHandlers(self: object, record: "Any") -> "Any":  # noqa: N802, C901, PLR0912 - the name of logging
        try:  # noqa: PLR1702 - a call would take 0.1 microseconds
            return previous(self, record)
        finally:
            try:
                # This very class has no properties: its attributes can be read directly, which takes half the time.
                if type(record) is not plain_class or record.exc_info:
                    _keep_facts(facts_of(record))
                else:
                    text, arguments = getattr(record, "message", None), None
                    if type(text) is not str or type(record.args) is dict:  # they are redacted by their names
                        text, arguments = record.msg, record.args
                        if type(arguments) is tuple:
                            for each in arguments:  # inlined as well
                                kind = type(each)
                                if kind is str:
                                    if len(each) <= MAX_LOGGED:
                                        continue
                                elif (
                                    (kind is int and -(1 << 64) < each < 1 << 64)
                                    or kind is float or kind is bool or each is None
                                ):  # fmt: skip
                                    continue
                                arguments = _plain_arguments(arguments)
                                break
                        elif arguments:
                            arguments = _plain_arguments(arguments)
                    name, thread = record.name, record.threadName
                    if type(text) is type(name) is type(thread) is str and len(text) <= MAX_LOGGED:
                        own.records.append(
                            (record.created, record.levelname, name, record.pathname, record.lineno, record.funcName,
                             thread, text, arguments, None)
                        )  # fmt: skip
                    else:
                        _keep_facts(facts_of(record))
            except Exception:  # noqa: BLE001, S110 - a record that is none: it is lost
                pass

    return callHandlers


def _plain_arguments(arguments: "Any") -> "Any":
    if type(arguments) is dict:
        return {name: _plain(value) for name, value in list(arguments.items())[:MAX_ITEMS] if type(name) is str}
    return tuple([_plain(each) for each in arguments])


def _keep_facts(facts: "dict[str, Any]") -> None:
    """Keep a record of logging with an exception, a long text, values that are not plain, or of another class."""
    text: Any
    *head, text, arguments, info = _fields(facts)
    if type(facts.get("message")) is str and type(arguments) is not dict:
        text, arguments = facts["message"], None
    elif type(text) is dict:  # of structlog
        text, arguments = text.get("event"), _items(text, "event")
    elif arguments:
        arguments = _plain_arguments(arguments)
    error = info[1] if type(info) is tuple and len(info) > 1 else None
    _keep(*head, text, arguments, error)


def _keep_loguru(_: object, record: "Any", *__: object, **___: object) -> None:
    """Keep a record of loguru, once for all handlers."""
    when = record["time"].timestamp()
    if (id(record), when) not in _seen:
        _seen.append((id(record), when))
        file, error = record["file"].path, record["exception"]
        head = (record["level"].name, record["name"], file, record["line"], record["function"], record["thread"].name)
        _keep(when, *head, record["message"], _items(record["extra"]), None if error is None else error.value)


def _keep_structlog(logger: "Any", level: str, event: object = None, **values: object) -> None:
    """Keep an event of structlog, unless it goes to logging, which has it then."""
    facts = vars(logger)
    if "logging" in sys.modules and issubclass(type(facts["_logger"]), sys.modules["logging"].Logger):
        return
    frame: Any = sys._getframe(2)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("structlog"):
        frame = frame.f_back
    code, context = frame.f_code, facts["_context"]
    items = _items({**(context if type(context) is dict else {}), **values}, "exc_info")
    module = frame.f_globals.get("__name__")
    _keep(time.time(), level.upper(), module, code.co_filename, frame.f_lineno, code.co_name, _thread(), event, items)


def _keep_warning(warning: "Any") -> None:
    """Keep a warning that is shown, unless it is logged."""
    logged = getattr(sys.modules.get("logging"), "_showwarning", None)
    if logged is None or sys.modules["warnings"].showwarning is not logged:
        place = warning.filename, warning.lineno
        _keep(time.time(), "WARNING", "warnings", *place, "", _thread(), warning.message, None)


def _keep(*facts: "Any") -> None:
    """Keep what is plain of time, level, logger, file, line, function, thread and text; arguments; and an error."""
    *head, arguments, error = facts if len(facts) > 9 else (*facts, None)
    records.append((*[_plain(each) for each in head], arguments, None if error is None else _plain(error)))


def _thread() -> object:
    thread: Any = getattr(sys.modules.get("threading"), "_active", {}).get(get_ident())
    return vars(thread).get("_name") if thread else ""


def _items(mapping: "dict[Any, Any]", but: str = "") -> "list[tuple[Any, Any]]":
    return [(_plain(name), _plain(mapping[name])) for name in list(mapping)[:MAX_ITEMS] if name != but]


def _plain(value: "Any") -> "Any":
    """Return a value if it is a plain text or number; in place of any other a tuple with the name of its type."""
    kind = type(value)
    if kind is str:
        return value if len(value) <= MAX_LOGGED else value[: MAX_LOGGED + 1]  # one more tells that it is cut
    if kind is float or kind is bool or value is None or (kind is int and -(1 << 64) < value < 1 << 64):
        return value
    if issubclass(kind, BaseException):
        return (_type_name(kind), *[text[: MAX_LOGGED + 1] for text in arguments_of(value)[:1] if type(text) is str])
    return (kind.__name__ if type(kind) is type else _type_name(kind),)

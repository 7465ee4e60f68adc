"""Describe what cannot leave its process: which file, which address, which lock, where a generator stands.

`reader_of` returns how to read the essence of instances of a class: what they hold, by the names of attributes and
methods (`words.standins` has the rules for these names).  Everything is read by C code of the interpreter: no
application code runs, nothing is flushed, read or moved.  Therefore the methods and getters are those of the type in
C, as a subclass may define its own, and what such a type forwards to another object is read from that object.
"""

from __future__ import annotations

import _io
import _weakref
import gc
import re
import sys
from types import CodeType, GetSetDescriptorType, MemberDescriptorType

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import (
    PLAIN,
    dictionary,
    exact_type,
    inherited,
    is_a,
    is_standard,
    mro,
    namespace,
    stored,
    type_name,
    values,
)

if TYPE_CHECKING:
    import types
    from collections.abc import Callable
    from typing import Any

    Essence = dict[str, object]

MAX_CHARS = 300
MAX_CONTEXTS = 10
GETTERS = (GetSetDescriptorType, MemberDescriptorType)
TEXTS = (str, bytes)
MAX_LAYERS = 4  # of a file: the text, buffers, what is read and written
BUFFERED = (_io.BufferedRandom, _io.BufferedReader, _io.BufferedWriter)
RAW = (_io.FileIO, _io.BytesIO, *filter(None, [vars(_io).get("_WindowsConsoleIO")]))
# Types in C whose getters return all that there is to know.
READ_BY_GETTERS = frozenset({
    "_bz2.BZ2Compressor", "_bz2.BZ2Decompressor", "_csv.Dialect", "_csv.reader", "_csv.writer", "_lzma.LZMACompressor",
    "_lzma.LZMADecompressor", "_ssl.MemoryBIO", "_ssl.SSLSession", "_ssl._SSLContext", "_ssl._SSLSocket",
    "cell", "decimal.Context", "nt.DirEntry", "posix.DirEntry",
    "sqlite3.Connection", "sqlite3.Cursor", "zlib.Compress", "zlib.Decompress",
    "zlib._ZlibDecompressor",
})  # fmt: skip
OF_FUTURES = ("state", "result", "exception")
DIGESTS = ("_blake2", "_hashlib", "_hmac", "_md5", "_sha1", "_sha2", "_sha256", "_sha3", "_sha512")
LOCK = re.compile(r"<(?P<state>locked|unlocked) \S+ object(?: owner=(?P<owner>\d+) count=(?P<count>\d+))?")
FIELD_TYPES = ("_ctypes.CField", "ctypes.CField")  # up to Python 3.13, and from 3.14 on
# Fields that hold the address of something: reading them may read memory that is not there any more.
POINTER_TYPES = ("_ctypes.PyCFuncPtrType", "_ctypes.PyCPointerType")
POINTERS = ("O", "P", "X", "Z", "z")


def reader_of(cls: type) -> Callable[[Any], Essence] | None:
    """Return how to read the essence of instances of a class, None where nothing is known of it."""
    for base in mro(cls):
        read = TABLE.get(type_name(base)) or _read_by_module(base, exact=base is cls)
        if read is not None:
            return read
    return None


def essence(thing: object) -> Essence:
    """Return what is known of a thing by the names of its attributes, {} if nothing is; "" is a description."""
    read = reader_of(type(thing))
    try:
        found = {} if read is None else read(thing)
    except Exception:  # noqa: BLE001 - a closed socket, a detached buffer
        return {}
    if "" in found:
        found[""] = str(found[""])[:MAX_CHARS]
    return found


def _read_getter(thing: object, name: str) -> Any:
    """Return what the getter in C of this name returns, None if there is none."""
    owned = [namespace(base).get(name) for base in mro(type(thing))]
    getter: Any = next((each for each in owned if is_a(each, GETTERS)), None)
    return None if getter is None else getter.__get__(thing)


def _plain(value: object) -> str:
    return repr(value) if exact_type(value) in PLAIN else f"<{type_name(type(value))}>"


# Computations.


def _suspended(kind: str, code: CodeType, frame: types.FrameType | None) -> Essence:
    name = getattr(code, "co_qualname", code.co_name)
    where = f"at line {frame.f_lineno}" if frame is not None else "finished"
    text = f"{kind} {name} of {code.co_filename}, {where}"
    facts: Essence = {"name": name, "file": code.co_filename, "line": frame and frame.f_lineno}
    if frame is not None:
        from tibidi.look.frames import LiveCrash  # loaded already, at a crash

        facts["locals"] = dict(LiveCrash().frame_now(frame).namespace)
    return {**facts, "": text}


def _frame(frame: types.FrameType) -> Essence:
    text = f"frame of {frame.f_code.co_name} in {frame.f_code.co_filename}, line {frame.f_lineno}"
    return {"name": frame.f_code.co_name, "file": frame.f_code.co_filename, "f_lineno": frame.f_lineno, "": text}


def _traceback(tb: types.TracebackType) -> Essence:
    text = f"traceback through {tb.tb_frame.f_code.co_name}, line {tb.tb_lineno}"
    return {"tb_lineno": tb.tb_lineno, "tb_frame": tb.tb_frame, "tb_next": tb.tb_next, "": text}


def _future(thing: object) -> Essence:
    """Read a future or task of C, without the methods that mark its exception as retrieved."""
    known = dict(values(thing, stored(type(thing))))
    state, error = known.get("_state"), known.get("_exception")
    facts: Essence = {"_state": state, "done()": state != "PENDING", "cancelled()": state == "CANCELLED"}
    if "_coro" in known:
        task: Any = sys.modules["_asyncio"].Task
        facts.update({"get_name()": task.get_name(thing), "get_coro()": known["_coro"]})
        facts["_fut_waiter"] = known.get("_fut_waiter")
    if error is not None:
        facts["exception()"] = error
    elif state == "FINISHED":
        facts.update({"result()": known.get("_result"), "exception()": None})
    return facts


# Context.


def _variable(variable: Any) -> Essence:
    """Read a context variable; if it has no value here, its values in other contexts: that of the crash may be over."""
    facts: Essence = {"name": variable.name}
    absent = object()
    value = variable.get(absent)
    if value is absent:
        kind: Any = sys.modules["_contextvars"].Context
        found = [context[variable] for context in gc.get_objects() if type(context) is kind and variable in context]
        found = list({id(each): each for each in found}.values())[:MAX_CONTEXTS]
        defaults = [each for each in gc.get_referents(variable) if each is not variable.name]
        facts.update({"elsewhere": found} if found else {}, **dict(zip(["default"], defaults)))
        value = next(iter((*found, *defaults)), absent)
    return facts if value is absent else {**facts, "get()": value}


def _token(token: Any) -> Essence:
    missing = type(token).MISSING
    return {"var": token.var, "old_value": "(no value)" if token.old_value is missing else token.old_value}


def _thread_local(local: object) -> Essence:
    """Return the attributes of the only thread that has any, or those of all."""
    found = [own for own in _dictionaries(local, 2) if own]
    if len(found) == 1:
        return {str(name): value for name, value in found[0].items()}
    return {"of_each_thread": found}


def _dictionaries(thing: object, levels: int) -> list[dict[object, object]]:
    """Return the dictionaries of threads, which are in one by thread (Modules/_threadmodule.c, local_traverse)."""
    parts = [each for each in gc.get_referents(thing) if type(each) is dict]
    if levels == 0 or not parts:
        return parts
    return [each for part in parts for each in part.values() if type(each) is dict]


def _weak_reference(reference: Any) -> Essence:
    target = _weakref.ref.__call__(reference)
    return {"": "a dead weakref" if target is None else f"weakref to {type_name(type(target))}"}


# Data.


def _match(match: re.Match[Any]) -> Essence:
    """Read a match; of a text that is not plain, whose slices are application code, the places only."""
    names = [*range(match.re.groups + 1), *match.re.groupindex]
    facts: Essence = {"string": match.string, "span[]": {name: match.span(name) for name in names}}
    if exact_type(match.string) in TEXTS:
        facts.update({"groups()": match.groups(), "groupdict()": match.groupdict()})
        facts["group[]"] = facts["[]"] = {name: match.group(name) for name in names}
    ends = {"start[]": {name: match.start(name) for name in names}, "end[]": {name: match.end(name) for name in names}}
    more = ("re", "pos", "endpos", "lastindex", "lastgroup")
    return {**facts, **ends, **{name: getattr(match, name) for name in more}}


def _digest(thing: Any) -> Essence:
    facts: Essence = {name: getattr(thing, name) for name in ("name", "digest_size", "block_size")}
    try:
        facts.update({"hexdigest()": thing.hexdigest(), "digest()": thing.digest()})
    except TypeError:  # of a length that the caller chooses
        facts["hexdigest()"] = thing.hexdigest(32)
    return facts


def _simple_queue(queue: Any) -> Essence:
    """Return the items, which no method tells: up to Python 3.12 the end of a list, later referents themselves."""
    size = sys.modules["_queue"].SimpleQueue.qsize(queue)
    items = [each for each in gc.get_referents(queue) if each is not type(queue)]
    if sys.version_info < (3, 13):
        items = items[0] if items else []
    return {"queue": items[len(items) - size :], "qsize()": size, "empty()": size == 0}


def _columns(row: object) -> Essence:
    """Return the values of a row of SQLAlchemy by the names of its columns; its getters in C only return them."""
    known: Any = _read_getters(row)
    return {name: known["_data"][at] for name, at in known["_key_to_index"].items() if type(name) is str}


def _row(row: object) -> Essence:
    kind: Any = sys.modules["sqlite3"].Row
    items, names = tuple(kind.__iter__(row)), kind.keys(row)
    by_name = dict(zip(names, items))
    return {**by_name, "keys()": names, "[]": {**dict(enumerate(items)), **by_name}}


def _structure(thing: object) -> Essence:
    """Read the fields of a structure or union of ctypes, except those that are addresses."""
    bodies = [namespace(base) for base in reversed(mro(type(thing)))]
    fields = [(body.get(name), name, kind) for body in bodies for name, kind in _fields(body)]
    return {
        name: field.__get__(thing)
        for field, name, kind in fields
        if type_name(type(field)) in FIELD_TYPES and not _is_pointer(kind)
    }


def _fields(body: Any) -> list[tuple[str, Any]]:
    """Return names and types of the fields that a class declares (Modules/_ctypes/stgdict.c)."""
    fields = body.get("_fields_")
    declared = fields if exact_type(fields) in (list, tuple) else ()
    pairs = [each[:2] for each in declared if exact_type(each) is tuple]
    return [(name, kind) for name, kind in pairs if exact_type(name) is str]


def _array(thing: object) -> Essence:
    array: Any = sys.modules["_ctypes"].Array
    if _is_pointer(inherited(type(thing), "_type_")):
        return {"_length_": array.__len__(thing)}
    value, raw = _read_getter(thing, "value"), _read_getter(thing, "raw")  # those of characters have both, or the first
    if value is None:
        items = array.__getitem__(thing, slice(None))
        return {"value": items, "[]": items}
    # The first ends at a NUL, behind which there may be more.
    return {"value": value} if (raw or b"").rstrip(b"\0") in (b"", value) else {"value": value, "raw": raw}


def _simple_data(thing: object) -> Essence:
    """Read a number or text of ctypes; of a pointer to bytes the object that it was made of, not the memory."""
    if not _is_pointer(type(thing)):
        return {"value": _read_getter(thing, "value")}
    made_of = _read_getter(thing, "_objects")
    return {"value": made_of} if type(made_of) is bytes else {}


def _is_pointer(kind: Any) -> bool:
    code = inherited(kind, "_type_")
    return code in POINTERS if type(code) is str else type_name(type(kind)) in POINTER_TYPES


def _counter(kind: Any, thing: object) -> Essence:
    """Return the repr of a `count` or `repeat`, unless that asks an object for its own."""
    if all(exact_type(each) in PLAIN for each in _held(thing)):
        return {"": kind.__repr__(thing)}
    return _iterator(thing)


def _iterator(thing: object) -> Essence:
    return {"over": _held(thing)}


def _held(thing: object) -> list[object]:
    return [each for each in gc.get_referents(thing) if each is not type(thing)]


# Resources of the system.


def _file(file: object) -> Essence:
    """Describe a file by its layers in C; of a stream of the application below them only the type.

    All of their getters ask the layer below (Modules/_io/bufferedio.c, buffered_name_get).
    """
    *above, raw = layers = _layers(file)
    known = dictionary(raw)
    is_text = is_a(file, _io.TextIOWrapper)
    facts: Essence = {"encoding": _read_getter(file, "encoding")} if is_text else {}
    name = known.get("name", "?")
    if not is_a(raw, RAW):
        named = f"{name!r} " if type(name) is str and is_standard(type(raw)) and name != "?" else ""  # a GzipFile
        return {**facts, "": f"file {named}around {type_name(type(raw))}"}
    mode = dictionary(file).get("mode") or _read_getter(raw, "mode") or "?"
    facts = {"name": name, "mode": mode, **facts, "closed": _read_getter(raw, "closed")}
    if above and type(raw) is _io.BytesIO:  # nothing else has the content
        facts["buffer" if is_a(above[-1], _io.TextIOWrapper) else "raw"] = raw
    text = f"file {_plain(name)}, mode {_plain(mode)}" + (f", encoding {facts['encoding']}" if is_text else "")
    if facts["closed"]:
        return {**facts, "": f"{text}, closed"}
    at = _position(layers[is_text:])
    return {**facts, "": text} if at is None else {**facts, "tell()": at, "": f"{text}, at byte {at}"}


def _layers(file: object) -> list[object]:
    """Return a file and what is below it, down to the first that is no layer in C; raise ValueError if detached."""
    layers = [file]
    for _ in range(MAX_LAYERS):
        is_text = is_a(layers[-1], _io.TextIOWrapper)
        if not is_text and not is_a(layers[-1], BUFFERED):
            break
        layers.append(_read_getter(layers[-1], "buffer" if is_text else "raw"))
    if layers[-1] is None:
        raise ValueError("detached")
    return layers


def _position(layers: list[object]) -> int | None:
    """Return the position of a binary file, None if it has none, or if asking for it calls a method of a subclass.

    A buffer calls `tell` of the layer below (Modules/_io/bufferedio.c, _buffered_raw_tell).
    """
    file, *below = layers
    if any(type(each) is not _in_c(each) or "tell" in dictionary(each) for each in below):
        return None
    try:
        at: int = _in_c(file).tell(file)
    except (OSError, ValueError):  # a pipe, a terminal
        return None
    return at


def _in_c(layer: object) -> Any:
    return next(kind for kind in (*BUFFERED, *RAW) if is_a(layer, kind))


def _pair(pair: object) -> Essence:
    """Return both files of a pair, whose `closed` asks the stream below (Modules/_io/bufferedio.c)."""
    files = [each for each in gc.get_referents(pair) if is_a(each, BUFFERED)]
    return {"over": files} if files else {}


def _memory_map(thing: object) -> Essence:
    kind: Any = sys.modules["mmap"].mmap
    return {"size()": kind.__len__(thing), "tell()": kind.tell(thing), "closed": _read_getter(thing, "closed")}


def _socket(thing: Any) -> Essence:
    raw = sys.modules["_socket"].socket
    words = [f"socket fd {raw.fileno(thing)}"]
    facts: Essence = {name: vars(raw)[name].__get__(thing) for name in ("family", "type", "proto")}
    facts["fileno()"] = raw.fileno(thing)
    for label, name in (("from", "getsockname"), ("to", "getpeername")):
        try:
            facts[f"{name}()"] = getattr(raw, name)(thing)
        except OSError:  # not bound, not connected
            continue
        words.append(f"{label} {facts[f'{name}()']!r}")
    return {**facts, "": " ".join(words)}


def _lock(thing: Any) -> Essence:
    """Return the state of a lock, which is in its repr in C, made without waiting for it."""
    reentrant: Any = sys.modules["_thread"].RLock  # the only one that may have subclasses
    shown = reentrant.__repr__(thing) if is_a(thing, reentrant) else repr(thing)
    found = LOCK.match(shown)
    if found is None:
        return {"": shown}
    is_locked = found["state"] == "locked"
    facts: Essence = {"locked()": is_locked, "acquire()": not is_locked, "release()": None}
    if found["owner"]:
        facts.update(owner=int(found["owner"]), count=int(found["count"]))
    return {**facts, "": shown}


def _shown(thing: object) -> Essence:
    """Return the repr of a type of C, and what its getters return."""
    return {**_read_getters(thing), "": repr(thing)}


def _read_getters(thing: object) -> Essence:
    """Return what the getters of a type in C return, by name."""
    owned = [each for base in reversed(mro(type(thing))) for each in list(namespace(base).items())]
    getters = {name: each for name, each in owned if name[:2] != "__" and is_a(each, GETTERS)}
    return {name: value for name, value in values(thing, getters) if not callable(value)}


def _read_by_module(cls: type, *, exact: bool) -> Callable[..., Essence] | None:
    name = type_name(cls)
    if name in READ_BY_GETTERS:
        return _read_getters
    module = name.partition(".")[0]
    if module in {"_thread", "_io", "select"} and exact:
        return _shown
    if name in {"itertools.count", "itertools.repeat"}:
        return lambda thing: _counter(cls, thing)
    return {**dict.fromkeys(DIGESTS, _digest), "itertools": _iterator}.get(module)


TABLE: dict[str, Callable[..., Essence]] = {
    # The names without a module are those up to Python 3.9.
    **dict.fromkeys(
        ("Context", "_contextvars.Context"), lambda it: {key.name: value for key, value in list(it.items())}
    ),
    **dict.fromkeys(("ContextVar", "_contextvars.ContextVar"), _variable),
    **dict.fromkeys(("Token", "_contextvars.Token"), _token),
    **dict.fromkeys(("_ctypes.CFuncPtr", "_ctypes._Pointer"), lambda _: {}),
    **dict.fromkeys(("_ctypes.Structure", "_ctypes.Union"), _structure),
    **dict.fromkeys(map(type_name, (_io.TextIOWrapper, *BUFFERED, _io.FileIO)), _file),
    **dict.fromkeys(("_thread.RLock", "_thread.lock"), _lock),
    **dict.fromkeys(("lazy_import", "sentinel"), _shown),
    **dict.fromkeys(("weakcallableproxy", "weakproxy", "weakref.CallableProxyType", "weakref.ProxyType"), _shown),
    **dict.fromkeys(("sqlalchemy.cyextension.resultproxy.BaseRow", "sqlalchemy.engine._row_cy.BaseRow"), _columns),
    **dict.fromkeys(("weakref", "weakref.ReferenceType"), _weak_reference),
    "_asyncio.Future": _future,
    "_ctypes.Array": _array,
    "_ctypes._SimpleCData": _simple_data,
    "_io.BufferedRWPair": _pair,
    "_queue.SimpleQueue": _simple_queue,
    "_socket.socket": _socket,
    "_thread._ThreadHandle": lambda handle: {"is_done()": handle.is_done(), "": repr(handle)},
    "_thread._local": _thread_local,
    "async_generator": lambda thing: _suspended("asynchronous generator", thing.ag_code, thing.ag_frame),
    "concurrent.futures._base.Future": lambda it: {each: dictionary(it).get(f"_{each}") for each in OF_FUTURES},
    "coroutine": lambda thing: _suspended("coroutine", thing.cr_code, thing.cr_frame),
    "frame": _frame,
    "generator": lambda thing: _suspended("generator", thing.gi_code, thing.gi_frame),
    "mmap.mmap": _memory_map,
    **dict.fromkeys(("operator.attrgetter", "operator.itemgetter"), lambda it: {"args": it.__reduce__()[1]}),
    "re.Match": _match,
    "sqlite3.Row": _row,
    "super": lambda it: {name: vars(super)[name].__get__(it) for name in ("__self__", "__thisclass__")},
    "traceback": _traceback,
}

"""Keep the finalizers of loaded objects from running, while a dump is loaded and ever after.

A `__del__` would release what the crashed process owned, whose name or number on this machine is that of
something else.  So each class that a dump names or has gets a `__del__` that does nothing in a thread that is
loading, as half-built objects can be dropped meanwhile.  At the end this is called once for each object:
CPython then regards the object as finalized, for good (PEP 442, and PyObject_CallFinalizer in Objects/object.c).
Then the classes get their own `__del__` back.  What application code itself makes meanwhile is released as usual.
"""

from __future__ import annotations

import gc
from _thread import RLock, get_ident
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from tibidi.look.anatomy import dictionary, is_a, is_native, mro, namespace, type_name
from tibidi.look.owners import REASON, is_owner
from tibidi.process.hints import Any
from tibidi.reading.versions import complete
from tibidi.words.standins import Dummy

DEL = "__del__"
_loading: list[int] = []  # threads that are loading, once for each dump
_muted: dict[int, list[Any]] = {}  # by the id of a class: the class, its own `__del__` or None, the number of dumps
_lock = RLock()  # for `_muted`


class Finalizers:
    """The finalizers of the classes of one dump."""

    def __init__(self) -> None:
        self._classes: dict[int, type] = {}

    def __enter__(self) -> None:
        _loading.append(get_ident())

    def __exit__(self, *_: object) -> None:
        _loading.remove(get_ident())

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Run a block while finalizers work: a module that is imported has objects of its own."""
        self.__exit__()
        try:
            yield
        finally:
            self.__enter__()

    def mute(self, cls: object) -> bool:
        """Mute the finalizer of a class; return False if it has none, or one that cannot be replaced."""
        if id(cls) in self._classes:
            return True
        if not is_a(cls, type) or is_native(cls) or not any(DEL in namespace(base) for base in mro(cls)):
            return False
        with _lock:
            entry = _muted.setdefault(id(cls), [cls, namespace(cls).get(DEL), 0])
            entry[2] += 1
            if entry[2] == 1:
                type.__setattr__(cls, DEL, _muted_finalizer(cls))
        self._classes[id(cls)] = cls
        return True

    def finish(self, things: Collection[object]) -> set[str]:
        """Make loaded objects harmless, give the classes their own finalizers back; return the types of owners."""
        classes = self.disarm(things)
        for key in self._classes:
            with _lock:
                _muted[key][2] -= 1
                if not _muted[key][2]:
                    cls, own, _ = _muted.pop(key)
                    type.__delattr__(cls, DEL) if own is None else type.__setattr__(cls, DEL, own)
        self._classes.clear()
        complete(things, classes)
        # Dumps of older versions and of other programs have objects that own something outside the process.
        owners = {key for key, cls in classes.items() if not is_native(cls) and is_owner(cls)}
        found = [thing for thing in things if id(type(thing)) in owners] if owners else []
        return {name for thing in found for name in [type_name(type(thing))] if _replace(thing, name)}

    def disarm(self, things: Collection[object]) -> dict[int, type]:
        """Mark objects as finalized, if their class has a finalizer; return the classes by their ids.

        A metaclass may have its own `__hash__`, and there may be millions of objects.
        """
        types = list(map(type, things))
        classes = dict(zip(map(id, types), types))
        armed = {key for key, cls in classes.items() if self.mute(cls)}
        if armed:
            with self:
                _mark([thing for thing in things if id(type(thing)) in armed])
        return classes

    def disarm_locals(self, error: BaseException) -> None:
        """Disarm the local variables of the code that raised: only there is an object whose `__init__` fails."""
        tb = error.__traceback__
        while tb is not None:
            self.disarm([each for each in tb.tb_frame.f_locals.values() if id(type(each)) in self._classes])
            tb = tb.tb_next


def _mark(things: Collection[object]) -> None:
    import ctypes  # slow to import, and few dumps need it

    function = ctypes.PYFUNCTYPE(None, ctypes.py_object)
    finalize = function(("PyObject_CallFinalizer", ctypes.pythonapi))
    keep = function(("Py_IncRef", ctypes.pythonapi))
    for thing in things:
        finalize(thing)
        if not gc.is_finalized(thing):  # no room for the mark: the collector does not know objects without attributes
            keep(thing)  # it is never freed


def _muted_finalizer(cls: type) -> Any:
    """Return a `__del__` that does nothing in a thread that is loading, and what that of the class does elsewhere."""
    original: Any = next(namespace(base)[DEL] for base in mro(cls) if DEL in namespace(base))

    def finalizer(self: object) -> None:
        if get_ident() not in _loading:
            original.__get__(self, type(self))()

    return finalizer


def _replace(thing: object, name: str) -> bool:
    """Turn an object of that type into a stand-in, in place; return False if it has another layout."""
    own = dictionary(thing)
    try:
        object.__setattr__(thing, "__class__", Dummy)
    except TypeError:  # of a subclass of a type in C; it is harmless, as it is marked as finalized
        return False
    state = dict(own)
    own.clear()
    own.update(type_name=name, reason=REASON, state=state)
    return True

"""Rebuild the objects of the application one by one: an object that fails is a stand-in, its surroundings are intact.

The unpickler is C code and handles no failures but missing names, for which it gets stand-ins.  If anything else
escapes from it, a `__setstate__` that raises, for example, that pickle alone is read again by `CarefulUnpickler`,
with the same memo, so that objects which were rebuilt before stay the same objects.
"""

from __future__ import annotations

import sys
from functools import partial
from operator import attrgetter

from tibidi.errors import DamagedDump
from tibidi.look.anatomy import STANDARD_MODULES, error_text
from tibidi.look.owners import REASON, is_opener
from tibidi.model import FAILED_HERE, ILLEGAL, MISSING_HERE, Omission
from tibidi.process.hints import TYPE_CHECKING, Any
from tibidi.reading import makers
from tibidi.reading.finalizers import Finalizers
from tibidi.reading.inert.loading import Loading
from tibidi.reading.memo import MemoUnpickler, completed
from tibidi.reading.missing import ModuleStub, NotHere, missing_class, opener, unavailable
from tibidi.reading.today import of_today
from tibidi.words.standins import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import ModuleType

    from tibidi.reading.careful import Failure
    from tibidi.reading.inert.view import InertView
    from tibidi.reading.unpickler import CurrentMember

SALTED = ("sqlalchemy.util.langhelpers", "symbol")


class Rebuilder:
    """Reads the pickles of one dump, one with each `load()`."""

    def __init__(
        self,
        file: CurrentMember,
        words: Mapping[str, object],
        problems: list[Omission],
        view: InertView | None = None,
        main: ModuleType | None = None,
    ) -> None:
        self._file = file
        self._view = view
        self._pickles = 0
        self._finalizers = Finalizers()
        self._names = Names(words, problems, self._finalizers, main)
        self._fast = MemoUnpickler(file, self._names.find)

    def load(self) -> object:
        """Return the value of the next pickle; raise DamagedDump if it cannot be read."""
        self._pickles += 1
        with self._finalizers, Loading(no_call):
            try:
                return self._fast.load()
            except (DamagedDump, KeyboardInterrupt):
                raise
            except BaseException as error:  # noqa: BLE001 - application code may raise anything, SystemExit too
                return self._load_carefully(error)

    def go_on(self, count: object, lost: object) -> Rebuilder:
        """Return the reader for the pickle after one that failed; `lost` replaces the unread of `count` objects."""
        self._renew(completed(self._fast.known(), count, lost))
        return self

    def _renew(self, known: Sequence[object]) -> None:
        self._fast = MemoUnpickler(self._file, self._names.find)
        self._fast.restore(self._file, known)

    def finish(self) -> None:
        """Make the loaded objects harmless: no finalizer of theirs runs, and owners are stand-ins."""
        for name in sorted(self._finalizers.finish(self._fast.memo.copy().values())):
            self._names.problems.append(Omission("values", ILLEGAL, f"{name}: {REASON}"))

    def _load_carefully(self, error: BaseException) -> object:
        from tibidi.reading.careful import CarefulUnpickler  # few dumps need it

        self._file.source.seek(0)
        known: dict[int, Any] = dict(self._fast.memo.copy())
        self._finalizers.disarm(known.values())
        self._finalizers.disarm_locals(error)
        view, pickles = self._view, self._pickles
        inert = partial(view.find, pickles=pickles) if view is not None else lambda _: None
        careful = CarefulUnpickler(self._file, self._names, known, self._finalizers, inert)
        try:
            value = careful.load()
        except BaseException as another:
            self._finalizers.disarm(careful.memo.values())
            if isinstance(another, DamagedDump) or not isinstance(another, Exception):
                raise
            raise DamagedDump(
                f"a value cannot be loaded: {error_text(another)}, after {error_text(error)}"
            ) from another
        self._renew([careful.memo[index] for index in range(len(careful.memo))])
        self._names.problems.extend(_omissions(value, careful.failures))
        return value


def _omissions(value: Any, failures: list[Failure]) -> Iterator[Omission]:
    """Yield an omission for each failure, with the path of what is in the place of the object."""
    from tibidi.look.places import Places  # not every dump has failures

    paths, variables = value if type(value) is tuple and len(value) == 2 and value[0] else (("values",), value)
    wanted = {id(each.instead) for each in failures if each.instead is not None}
    found = Places().find({str(paths[0]): variables}, wanted)
    for each in failures:
        yield Omission(found.get(id(each.instead), str(paths[0])), FAILED_HERE, each.detail)


def no_call(function: object, _: tuple[object, ...]) -> object:
    """Refuse a call of an inert function or class by a pickle that is read live: its result is inert, too."""
    raise NotHere(f"{function!r} is inert")


class Names:
    """Finds what the names in a pickle mean: words of the format, objects of the application, or stand-ins.

    Importing runs application code, which may raise anything, SystemExit too.
    Each module is tried once, and each failure reported once.
    """

    def __init__(
        self,
        words: Mapping[str, object],
        problems: list[Omission],
        finalizers: Finalizers,
        main: ModuleType | None = None,
    ) -> None:
        self.problems = problems
        self._finalizers = finalizers
        self._words = {
            **makers.MAKERS,
            **{cls.__name__: cls for cls in KINDS},
            # These differ from the makers in that modules and what they name may be missing.
            "_class_state": self._class_state,
            "_module": self.module,
            "_reference": self._reference,
            "_table": self._table,
            **words,
        }
        if main is not None:
            self._words.update(of_today(dict(self._words), main))
        self._stubs: dict[str, ModuleStub] = {}
        self._missing: dict[tuple[str, str], object] = {}

    def find(self, module: str, name: str) -> Any:
        """Return the object that a pickle names, or a stand-in."""
        if module == "tibidi" and name in self._words:
            return self._words[name]
        return self._find(module, name)

    def module(self, name: str) -> Any:
        """Return a module, or a stub if it cannot be imported."""
        if name in self._stubs:
            return self._stubs[name]
        try:
            with self._finalizers.paused():
                __import__(name)
            return sys.modules[name]
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - importing runs application code, which may even exit
            # Names of the standard library move between its private modules: pathlib._local.PosixPath.
            public = name.partition("._")[0].lstrip("_")
            if public != name and public in STANDARD_MODULES and isinstance(error, ModuleNotFoundError):
                return self.module(public)
            reason = error_text(error)
            self._stubs[name] = ModuleStub(name, reason)
            self.problems.append(Omission(f"modules[{name!r}]", MISSING_HERE, f"a stub, since here: {reason}"))
            return self._stubs[name]

    def _reference(self, module: str, qualname: str, layout: str = "", fields: tuple[str, ...] = ()) -> object:
        """Return the class of that name; an inert one if no module has it, such as that of sys.flags."""
        if module:
            return self._find(module, qualname, layout, fields)
        from tibidi.reading.inert.classes import make_reference  # few dumps have one

        return self._missing.setdefault((module, qualname), make_reference(module, qualname, layout, fields))

    def _find(self, module: str, qualname: str, layout: str = "", fields: tuple[str, ...] = ()) -> object:
        """Return the object of that name in a module; if it is missing, a class with this layout and these fields."""
        if (module, qualname) in self._missing:
            return self._missing[module, qualname]
        home = self.module(module)
        try:
            if not isinstance(home, ModuleStub):
                found = attrgetter(qualname)(home)
                if (module, qualname) == SALTED:
                    return partial(_known_symbol, found)
                return self._harmless(found, module, qualname)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - a module's __getattr__ is application code
            detail = f"it has moved or is gone here: {error_text(error)}"
            self.problems.append(Omission(f"modules[{module!r}][{qualname!r}]", MISSING_HERE, detail))
        from tibidi.reading.inert import classes, names  # the inert reader, seldom needed

        if names.is_described(module, qualname) or layout in classes.VALUES:
            return self._missing.setdefault((module, qualname), unavailable(module, qualname))
        found = self._missing[module, qualname] = missing_class(module, qualname, layout, fields)
        if isinstance(home, ModuleStub) and "." not in qualname:
            setattr(home, qualname, found)
        return found

    def _harmless(self, found: object, module: str, qualname: str) -> object:
        """Mute the finalizer of a class; replace what would open or connect to something while loading."""
        if is_opener(found, f"{module}.{qualname}"):
            found = self._missing[module, qualname] = opener(module, qualname, found)
        self._finalizers.mute(found)
        return found

    def _table(self, kind: str, facts: dict[str, Any], cls: object = None) -> object:
        """Return a table, an inert one where its library is missing or refuses."""
        try:
            return makers.MAKERS["_table"](kind, facts, cls)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - a library of any version
            from tibidi.reading.inert import described

            library = kind.partition(".")[0]
            reason = f"tables of {library} are shown without it, since here: {error_text(error)}"
            if all(each.detail != reason for each in self.problems):
                self.problems.append(Omission(f"modules[{library!r}]", MISSING_HERE, reason))
            return described.make_table(kind, facts, cls)

    def _class_state(self, cls: type, state: Any) -> None:
        """Fill a class that was pickled by value."""
        makers._class_state(cls, state)
        self._finalizers.mute(cls)


def _known_symbol(cls: Any, name: str, *arguments: object) -> object:
    """Return a symbol of SQLAlchemy, whose number is a hash, and so another one in each process."""
    known: object = cls.symbols.get(name)
    return cls(name, *arguments) if known is None else known

"""What pass two pickles, most valuable first.

The frames of the exception that ended the program, innermost first, those of its causes, the exception objects, the
globals of these frames, then the other threads and tasks.  A frame that is in several tracebacks is one root with
several paths.
"""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.look.frames import EXCEPTION, GLOBALS, LOCALS, LiveCrash, LiveFrame, Root, globals_path, module_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import CodeType

    Placed = tuple[str, LiveFrame]  # with its path in the dump


class Roots:
    """The roots of a crash; `globals` maps the path of each frame to that of its globals."""

    def __init__(self, crash: LiveCrash) -> None:
        self._crash = crash
        self._keys: dict[int, str] = {}
        self._names: dict[str, int] = {}
        self._done: set[int] = set()
        crashed = [(f"exceptions[{number}]", each.frames) for number, each in enumerate(crash.exceptions)]
        self._crashed = _placed(reversed(crashed))  # the last exception first
        others = [(f"threads[{number}]", each.frames) for number, each in enumerate(crash.threads)]
        others += [(f"tasks[{number}]", each.frames) for number, each in enumerate(crash.tasks)]
        self._others = _placed(others)
        placed = self._crashed + self._others
        self.globals = {path: self._key(live.frame.f_globals) for path, live in placed}
        self._paths: dict[int, list[str]] = {}
        self._codes: dict[int, set[CodeType]] = {}
        for path, live in placed:
            self._paths.setdefault(id(live.frame), []).append(path)
            self._codes.setdefault(id(live.frame.f_globals), set()).add(live.frame.f_code)

    def __iter__(self) -> Iterator[Root]:
        yield from self._frames(self._crashed)
        for number, live in enumerate(self._crash.exceptions):
            yield Root((f"exceptions[{number}].exception",), EXCEPTION, live.exception)
        yield from (Root((path,), LOCALS, variables) for path, variables in self._crash.extras.items())
        yield from self._modules(self._crashed)
        yield from self._frames(self._others)
        yield from self._modules(self._others)

    def _frames(self, placed: list[Placed]) -> Iterator[Root]:
        for _, live in placed:
            if live.namespace is live.frame.f_globals:
                yield from self._module(live.namespace)
            elif self._is_new(live.frame):
                paths = tuple([f"{path}.locals" for path in self._paths[id(live.frame)]])
                yield Root._make((paths, LOCALS, live.namespace, ()))

    def _modules(self, placed: list[Placed]) -> Iterator[Root]:
        for _, live in placed:
            yield from self._module(live.frame.f_globals)

    def _module(self, namespace: dict[str, object]) -> Iterator[Root]:
        if self._is_new(namespace):
            yield Root((self._key(namespace),), GLOBALS, namespace, tuple(self._codes[id(namespace)]))

    def _is_new(self, thing: object) -> bool:
        """Return True if `thing`, which the crash keeps alive, was not seen before."""
        known = id(thing) in self._done
        self._done.add(id(thing))
        return not known

    def _key(self, namespace: dict[str, object]) -> str:
        """Return the path of a dictionary of globals; a number is added where two have the same name."""
        key = self._keys.get(id(namespace))
        if key is None:
            name = module_name(namespace)
            number = self._names[name] = self._names.get(name, 0) + 1
            key = self._keys[id(namespace)] = globals_path(name, number)
        return key


def _placed(stacks: Iterable[tuple[str, list[LiveFrame]]]) -> list[Placed]:
    """Return the frames of stacks, the innermost of each first."""
    return [(f"{path}.frames[{at}]", frames[at]) for path, frames in stacks for at in reversed(range(len(frames)))]

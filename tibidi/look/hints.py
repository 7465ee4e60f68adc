"""Show types as annotations have them: `list[int]`, `typing.Optional[str]`, `int | None`, `~T`.

Loaded when the first such value is met.  Their own repr asks what they hold for its repr, which may be any object.
"""

from __future__ import annotations

import sys
import types

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import is_a, type_name

if TYPE_CHECKING:
    from typing import Any

    from tibidi.look.classes import ClassFacts
    from tibidi.look.notation import Show
    from tibidi.look.preview import Walker

MAX_DEPTH = 8
MAX_ATTRIBUTES = 20
MAX_ARGUMENTS = 12
ALIAS: Any = vars(types).get("GenericAlias")
UNIONS = ("types.UnionType", "typing.Union")  # the latter from Python 3.14 on
OTHERS = frozenset({"ForwardRef", "NewType", "Union"})
VARIABLES = {"ParamSpec": "~", "TypeAliasType": "", "TypeVar": "~", "TypeVarTuple": ""}


def show_for(facts: ClassFacts, walker: Walker) -> Show | None:
    """Return how to show instances of a class of `types` or `typing`, None for what is no type."""
    typing = vars(sys.modules.get("typing", types))
    short = facts.name.rpartition(".")[2]
    if facts.cls is not ALIAS and facts.name not in UNIONS and facts.cls is not typing.get(short):
        return None
    is_hint = facts.name.startswith("types.") or short in VARIABLES or short[:1] == "_" or short in OTHERS
    return (lambda value: _Hint(walker).show(value)) if is_hint else None


class _Hint:
    def __init__(self, walker: Walker) -> None:
        self._walker = walker
        self._depth = 0

    def show(self, hint: Any) -> str:
        """Show a type; whatever else an annotation holds as the preview does."""
        name = type_name(type(hint))
        module, _, short = name.rpartition(".")
        self._depth += 1
        try:
            if self._depth > MAX_DEPTH:
                return "…"
            if hint is ... or (is_a(hint, type) and type(hint) is not ALIAS):  # `list[int]` was a class
                return "..." if hint is ... else type_name(hint).replace("NoneType", "None")
            if type(hint) is list:
                return f"[{self._all(hint)}]"
            if name in UNIONS:
                return " | ".join(map(self.show, hint.__args__))
            if type(hint) is ALIAS:
                star = "*" * getattr(hint, "__unpacked__", False)  # since Python 3.11
                return f"{star}{self.show(hint.__origin__)}[{self._all(hint.__args__)}]"
            return self._of_typing(hint, short) if module == "typing" else self._walker.show(hint)
        finally:
            self._depth -= 1

    def _all(self, hints: Any) -> str:
        more = ["…"] * (len(hints) > MAX_ARGUMENTS)
        return ", ".join([*map(self.show, hints[:MAX_ARGUMENTS]), *more])

    def _of_typing(self, hint: Any, short: str) -> str:
        own = dict(self._walker.classes.of(type(hint)).attributes(hint, MAX_ATTRIBUTES))
        name = own.get("_name")
        if short in VARIABLES:
            return f"{VARIABLES[short]}{hint.__name__}"
        if short == "ForwardRef":
            return f"ForwardRef({self._walker.show(hint.__forward_arg__)})"
        if short == "NewType":
            return f"{own.get('__module__')}.{own.get('__qualname__')}"
        if type(own.get("__args__")) is tuple:
            return self._alias(own, short, f"typing.{name}" if type(name) is str else "")
        return f"typing.{name if type(name) is str else short}"

    def _alias(self, own: dict[str, Any], short: str, name: str) -> str:
        arguments = own["__args__"]
        if short == "_AnnotatedAlias":
            return f"typing.Annotated[{self.show(own.get('__origin__'))}, {self._shown(own.get('__metadata__'))}]"
        if short == "_LiteralGenericAlias":
            return f"typing.Literal[{self._shown(arguments)}]"
        if short == "_CallableGenericAlias" and arguments[:1] != (...,):
            return f"typing.Callable[[{self._all(arguments[:-1])}], {self.show(arguments[-1])}]"
        others = [each for each in arguments if each is not type(None)]
        if short == "_UnionGenericAlias" and len(arguments) == 2 and len(others) == 1:
            return f"typing.Optional[{self.show(others[0])}]"
        return f"{name or self.show(own.get('__origin__'))}[{self._all(arguments)}]"

    def _shown(self, values: Any) -> str:
        return ", ".join(map(self._walker.show, values[:MAX_ARGUMENTS])) if type(values) is tuple else "…"

"""Decide whether a value is secret under a name of a given kind."""

from __future__ import annotations

import re
from types import MappingProxyType, ModuleType

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import error_text, first, mro, namespace, type_name
from tibidi.model import REDACTED_TEXT
from tibidi.process.temporary import Abandoned
from tibidi.redaction import looks
from tibidi.redaction.learnt import is_trivial
from tibidi.redaction.names import GIVEN, HARD, HEADERS, LONGEST_READ, SOFT, WEAK, as_text, kind_of_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

SMALLEST_PIN = 1000
LENGTHS_OF_KEYS = frozenset({16, 24, 32, 48, 64})  # bytes
MOST_TRIED = 20  # items of a container
SIGNS_IN_NAMES = dict.fromkeys(map(ord, "-_.$"))
MOST_LOOKED_AT = 3  # keys of a mapping

# Where a mapping has a name and the value of that name.
TITLES = ("name", "Name", "key", "Key", "field", "header", "option", "param", "label", "variable", "id", "@name")
LABELS = {
    **dict.fromkeys(("value", "Value", "val", "content", "data", "#text", "default", "get()"), TITLES),
    "v": ("k", "n"), "parameterValue": ("parameterName",),
}  # fmt: skip
JSON_WEB_KEY = ("d", "k", "p", "q", "dp", "dq", "qi")

# Under a name with such an end a mapping holds secrets; under `password` it is a schema, or describes a field.
HOLDERS = ("s", "auth", "cookie")

# The values of `__annotations__` under `from __future__ import annotations`.
ANNOTATION = (
    r"(?:(?:str|bytes|int|float|bool|object|None|Any|SecretStr)(?: *\| *)?)+"
    r"|(?:typing\.)?(?:Optional|Union|Final|ClassVar|InitVar|Annotated|Literal|[Ll]ist|[Dd]ict|[Tt]uple|Sequence|Mapping)\[.*\]"
)

TEXTS = (str, bytes, bytearray)
SEQUENCES = frozenset({"array.array", "collections.deque", "memoryview"})
SCALARS = frozenset({"collections.UserString", "decimal.Decimal", "uuid.UUID"})
COLUMNS = r"(?:numpy|pandas|polars|pyarrow)\.(?:.*\.)?(?:ndarray|\w*Array|Series|Index)"
# What describes a field of a class, or replaces a secret already.
DESCRIPTIONS = ("dataclasses.Field", "types.GenericAlias", "types.UnionType", "typing.", "tibidi.")
CONTAINERS = (dict, list, tuple, set, frozenset)


def can_be_secret(name: str, value: object, kind: str) -> bool:
    """Return True if a value is secret under a name of this kind."""
    if kind == GIVEN:
        return _is_given(value)
    cls = type(value)
    if issubclass(cls, TEXTS):
        text = as_text(value, LONGEST_READ) or ""
        return text != "" and value is not REDACTED_TEXT and (_is_random(value) or not _is_harmless(name, text, kind))
    if kind != HARD or cls is bool:
        return kind == SOFT and name.lower().endswith("auth") and _is_login(value)
    if issubclass(cls, (int, float)):
        return _is_pin(value)
    if issubclass(cls, dict) and not name.lower().endswith(HOLDERS):
        return _has_other_keys(value)  # else a schema, or the description of a field
    names = [type_name(base) for base in mro(cls)]
    if any(base in SEQUENCES or base in SCALARS or re.fullmatch(COLUMNS, base) for base in names):
        return True
    if cls is MappingProxyType or "frozendict" in names:
        return name.lower().endswith(HOLDERS)
    return issubclass(cls, CONTAINERS) and _has_secret_types(value)


def answer(hook: Callable[[str, object], bool], name: str, value: object) -> tuple[bool, str]:
    """Return whether a hook of the application calls a value secret, and how it failed: in doubt, keep the secret."""
    try:
        return bool(hook(name, value)), ""
    except (Abandoned, KeyboardInterrupt):
        raise
    except BaseException as error:  # noqa: BLE001 - application code may raise anything, even SystemExit
        return True, f"config.redact raised {error_text(error)} for {name!r}"


def is_secret_pair(name: str, value: str) -> bool:
    """Return True if two neighbours may be a name and its secret: after a name that is no header, only what is varied.

    The name is no path and no sentence, and the value no name.
    """
    is_header = "-" in name or name.lower() in HEADERS
    is_name = name.translate(SIGNS_IN_NAMES).isalnum()
    return is_name and not is_trivial(value) and (is_header or (" " not in value and looks.is_varied(value)))


def labelled(named: dict[str, object], is_secret: Callable[[object, object], bool]) -> tuple[str, ...]:
    """Return the keys of a mapping whose values are secrets by the names beside them, or by those of RFC 7518."""
    if "kty" in named:
        return tuple(name for name in JSON_WEB_KEY if as_text(named.get(name)))
    return tuple(
        key
        for key, titles in LABELS.items()
        if key in named and any(is_secret(named.get(each), named[key]) for each in titles)
    )


def kind_with(names: Iterable[str]) -> Callable[[str], str]:
    """Return a function as `kind_of_name`, which knows the names that the user gives, as globs."""
    from fnmatch import translate  # needed only here

    match = re.compile("|".join(translate(name.lower()) for name in names)).match
    return lambda name: GIVEN if match(name.lower()) else kind_of_name(name)


def withholding(
    environ: Mapping[str, str], hook: Callable[[str, object], bool] | None
) -> Callable[[str, object], bool]:
    """Return a hook that redacts environment variables wherever a mapping holds them, besides what `hook` redacts."""
    variables = dict(environ)

    def redact(name: str, value: object) -> bool:
        is_held = name in variables and as_text(value) == variables[name]
        return is_held or (hook is not None and hook(name, value))

    return redact


def _is_given(value: object) -> bool:
    """Return True for what is secret under a name that the user gave: all but nothing, code, and what describes it."""
    cls = type(value)
    if value is None or value is REDACTED_TEXT or as_text(value, 1) == "":
        return False
    if issubclass(cls, (type, ModuleType)) or any("__get__" in namespace(base) for base in mro(cls)):
        return False
    return not type_name(cls).startswith(DESCRIPTIONS)


def _is_pin(value: Any) -> bool:
    """Return True for a whole number that may be a PIN; a column of a table with gaps has floats."""
    if issubclass(type(value), float):
        return float.is_integer(value) and float.__abs__(value) >= SMALLEST_PIN
    return int.__abs__(value) >= SMALLEST_PIN


def _is_random(value: Any) -> bool:
    """Return True for data of the length of a key, in which few bytes are equal."""
    is_data = type(value) is bytes or type(value) is bytearray
    return is_data and len(value) in LENGTHS_OF_KEYS and not value.isascii() and 4 * len(set(value)) > 3 * len(value)


def _is_login(value: object) -> bool:
    """Return True for a pair of user and password."""
    if type(value) is not tuple and type(value) is not list:
        return False
    return len(value) == 2 and type(value[0]) is str and (type(value[1]) is str or type(value[1]) is bytes)


def _has_other_keys(mapping: Any) -> bool:
    """Return True for a mapping of realms or addresses to credentials, as in urllib.request.HTTPPasswordMgr."""
    for key, value in first(dict.items(mapping), MOST_LOOKED_AT):
        if type(key) is not str or (
            type(value) is dict and any(type(each) is not str for each in first(value, MOST_LOOKED_AT))
        ):
            return True
    return False


def _has_secret_types(value: Any) -> bool:
    """Return True if a container has items that may be secrets, as far as their types tell."""
    base: Any = next(base for base in CONTAINERS if issubclass(type(value), base))
    items = first(dict.values(value) if base is dict else base.__iter__(value), MOST_TRIED)
    numbers = () if base is tuple else (int,)  # a tuple of numbers is a position or a version
    if base is dict and any(looks.is_arbitrary(as_text(key) or "") for key in first(value, MOST_TRIED)):
        return True
    return any(issubclass(type(item), (*TEXTS, *CONTAINERS, *numbers)) for item in items)


def _is_harmless(name: str, text: str, kind: str) -> bool:
    """Return True for a text that is no secret under a name of this kind.

    Under a soft name a word is none.  Under any name a mask, a sentence and an annotation are none (`****`, `str`), nor
    is the name itself in camel case, as in a table of operations: `{"get_password_data": "GetPasswordData"}`.
    """
    if kind == SOFT:
        return not looks.is_arbitrary(text)
    if kind == WEAK:
        return not looks.is_weakly_named(text)
    return (
        looks.is_mask(text)
        or (looks.is_camel_case(text) and "_" in name and text.lower() == name.replace("_", "").lower())
        or looks.is_sentence(text)
        or (not text[:1].isdigit() and re.fullmatch(ANNOTATION, text) is not None)
    )

"""What is known of a class, found out once: its name, its fields, how to read the attributes of its instances.

`ClassFacts` is one record for all who look at objects: the preview, the
search for secrets, the search for paths, the filter of secrets.
"""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import (
    DICTS,
    attributes,
    dictionary_reader,
    first,
    is_standard,
    mro,
    namespace,
    native_base,
    slots_in,
    stored,
    type_name,
)
from tibidi.process.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

# The builtin types that a class may derive from, and then holds what they hold.
BUILTINS = (str, bytes, bytearray, int, float, complex, *DICTS, list, tuple, set, frozenset, type, BaseException)

# Types whose value is computed when it is first used, by a query, a request or a task graph.  Known by name, as nothing
# is imported for them.  Neither pass of a dump evaluates one.
LAZY_TYPES = frozenset({
    "boto3.resources.base.ServiceResource", "boto3.resources.collection.ResourceCollection", "dask.array.core.Array",
    "dask.bag.core.Bag", "dask.bag.core.Item", "dask.dataframe.core.Scalar", "dask.dataframe.core._Frame",
    "dask.dataframe.dask_expr._collection.FrameBase", "dask.delayed.Delayed", "django.db.models.manager.BaseManager",
    "django.db.models.query.QuerySet", "django.db.models.query.RawQuerySet", "django.utils.functional.LazyObject",
    "django.utils.functional.SimpleLazyObject", "mongoengine.queryset.base.BaseQuerySet", "peewee.BaseQuery",
    "pymongo.cursor.Cursor", "pymongo.synchronous.cursor.Cursor", "sqlalchemy.engine.result.Result",
    "sqlalchemy.orm.dynamic.AppenderMixin", "sqlalchemy.orm.query.Query", "tortoise.queryset.AwaitableQuery",
    "werkzeug.local.LocalProxy",
})  # fmt: skip
# The attributes with the data that a library comes with: megabytes of JSON, which are not written.
SHIPPED = {
    "botocore.docs.docstring.ClientMethodDocstring": "_gen_kwargs", "botocore.loaders.Loader": "_cache",
    "botocore.model.OperationModel": "_operation_model documentation", "botocore.endpoint_provider.RuleSet": "rules",
    "botocore.model.ShapeResolver": "_shape_cache _shape_map", "botocore.regions.EndpointResolver": "_endpoint_data",
    "botocore.model.ServiceModel": "_instance_cache _service_description",
}  # fmt: skip
# Of a test runner or a shell: they lead to every test that was collected, or to all variables of a session.
HOSTS = frozenset({
    "IPython.core.interactiveshell.InteractiveShell", "_pytest.config.Config", "_pytest.fixtures.FixtureManager",
    "_pytest.fixtures.FixtureRequest", "_pytest.nodes.Node", "pluggy._manager.PluginManager", *SHIPPED,
})  # fmt: skip
# The attributes that hold their value once it is computed; until then None, or a bare `object()`.
RESULTS = {
    "django.db.models.query.QuerySet": "_result_cache", "django.db.models.query.RawQuerySet": "_result_cache",
    "django.utils.functional.LazyObject": "_wrapped",
}  # fmt: skip


def shipped(names: Iterable[str]) -> frozenset[str]:
    """Return the attributes with the data that a library comes with, of a class whose bases have these names."""
    return frozenset(" ".join([SHIPPED.get(name, "") for name in names]).split())


class ClassFacts(NamedTuple):
    """What is known of a class.

    `names` are those of all its bases; `kind` is the builtin type that it derives from, None for `object`; `fields` are
    the names that it declares, if any.  `stored` and `members` are descriptors, see `anatomy`; an instance of a type of
    the standard library in C may hold objects that none of these tell (`holds`).
    """

    cls: type
    name: str
    names: frozenset[str]
    kind: type | None
    read_dictionary: Callable[[Any], Any] | None
    stored: dict[str, Any]
    members: tuple[tuple[str, Any], ...]
    fields: tuple[str, ...] | None
    is_lazy: bool
    holds: bool

    def dictionary(self, thing: object) -> dict[str, object]:
        """Return the `__dict__` of an instance, {} where it has none."""
        found = None if self.read_dictionary is None else self.read_dictionary(thing)
        return found if type(found) is dict else {}

    def attributes(self, thing: object, limit: int) -> list[tuple[str, object]]:
        """Return names and values of the attributes of an instance, slots first, `limit` at most."""
        found = []
        for name, descriptor in self.members[:limit]:
            try:
                found.append((name, descriptor.__get__(thing)))
            except (AttributeError, ValueError):  # an empty slot
                continue
        if self.read_dictionary is not None:
            variables = self.read_dictionary(thing)
            if issubclass(type(variables), dict):
                pairs = first(dict.items(variables), limit - len(found))
                found.extend([pair for pair in pairs if type(pair[0]) is str])
        return found

    def is_unevaluated(self, thing: object) -> bool:
        """Return True if an instance is lazy and its value is not computed yet."""
        return self.is_lazy and not is_evaluated(self.cls, self.dictionary(thing))


class Classes:
    """The facts of the classes met so far.

    They are found by id(), as a metaclass may define `__hash__`; each record keeps its class alive, and so the id.
    """

    def __init__(self) -> None:
        self._known: dict[int, ClassFacts] = {}

    def of(self, cls: type) -> ClassFacts:
        """Return the facts of a class."""
        known = self._known.get(id(cls))
        if known is None:
            known = self._known[id(cls)] = class_facts(cls)
        return known


def class_facts(cls: type) -> ClassFacts:
    """Find out the facts of a class."""
    found, native = stored(cls), native_base(cls)
    kind = next((kind for kind in BUILTINS if issubclass(cls, kind)), None)
    return ClassFacts(
        cls,
        type_name(cls),
        frozenset(map(type_name, mro(cls))),
        kind,
        dictionary_reader(cls),
        found,
        tuple(sorted(slots_in(found), key=_declared(cls))),
        declared_fields(cls),
        is_lazy(cls),
        kind is None and native is not object and is_standard(native),
    )


def _declared(cls: type) -> Callable[[tuple[str, Any]], int]:
    """Return the key that sorts slots as the class statements have them: the interpreter keeps them by name."""
    slots = [namespace(base).get("__slots__") for base in reversed(mro(cls))]
    names = [name for each in slots if type(each) in {dict, list, tuple} for name in each if type(name) is str]
    return lambda pair: names.index(pair[0]) if pair[0] in names else len(names)


def declared_fields(cls: type) -> tuple[str, ...] | None:
    """Return the names of the fields that a dataclass, an attrs class or a named tuple declares, in their order."""
    for base in mro(cls):
        body = namespace(base)
        fields = body.get("__dataclass_fields__")
        if type(fields) is dict:
            return tuple(name for name, field in fields.items() if type(name) is str and not _is_class_variable(field))
        attrs = body.get("__attrs_attrs__")
        if issubclass(type(attrs), tuple):
            names = [attributes(each).get("name") for each in tuple.__iter__(attrs)]
            return tuple(name for name in names if type(name) is str)
        names = body.get("_fields")
        if type(names) is tuple and all(type(name) is str for name in names):
            return names
    return None


def _is_class_variable(field: object) -> bool:
    """Return True for what dataclasses lists as a field, but leaves out of `dataclasses.fields()` and of the state."""
    kind = attributes(field).get("_field_type")
    return attributes(kind).get("name") in {"_FIELD_CLASSVAR", "_FIELD_INITVAR"}


def is_lazy(cls: type) -> bool:
    """Return True if a class is known to be lazy, or derives from one that is."""
    return not LAZY_TYPES.isdisjoint(map(type_name, mro(cls)))


def is_evaluated(cls: type, own: dict[str, object]) -> bool:
    """Return True if these are the attributes of a lazy thing whose value is computed."""
    names = (RESULTS[name] for name in map(type_name, mro(cls)) if name in RESULTS)
    result = own.get(next(names, ""))
    return result is not None and type(result) is not object

"""Types whose values come into being when they are looked at: by a query, a request, a computation.

Known by name, as nothing of the application is imported for it.  Neither pass
of a dump looks into them, but where they have come into being before.
"""

from __future__ import annotations

LAZY_TYPES = frozenset(
    {
        "boto3.resources.base.ServiceResource",
        "boto3.resources.collection.ResourceCollection",
        "dask.array.core.Array",
        "dask.bag.core.Bag",
        "dask.bag.core.Item",
        "dask.dataframe.core.Scalar",
        "dask.dataframe.core._Frame",
        "dask.dataframe.dask_expr._collection.FrameBase",
        "dask.delayed.Delayed",
        "django.db.models.manager.BaseManager",
        "django.db.models.query.QuerySet",
        "django.db.models.query.RawQuerySet",
        "django.utils.functional.LazyObject",
        "django.utils.functional.SimpleLazyObject",
        "mongoengine.queryset.base.BaseQuerySet",
        "peewee.BaseQuery",
        "pymongo.cursor.Cursor",
        "pymongo.synchronous.cursor.Cursor",
        "sqlalchemy.engine.result.Result",
        "sqlalchemy.orm.dynamic.AppenderMixin",
        "sqlalchemy.orm.query.Query",
        "tortoise.queryset.AwaitableQuery",
        "werkzeug.local.LocalProxy",
    }
)

# Where they keep what they came to, once they did; None or nothing but an `object()` until then.
RESULTS = {
    "django.db.models.query.QuerySet": "_result_cache",
    "django.db.models.query.RawQuerySet": "_result_cache",
    "django.utils.functional.LazyObject": "_wrapped",
}

_MRO = type.__dict__["__mro__"]
_DICT = type.__dict__["__dict__"]
_QUALNAME = type.__dict__["__qualname__"]


def is_lazy(cls: type) -> bool:
    """Tell whether a class, or one that it derives from, is known to be lazy."""
    return any(_name(base) in LAZY_TYPES for base in _MRO.__get__(cls))


def has_come(cls: type, attributes: dict[str, object]) -> bool:
    """Tell whether a lazy thing with these attributes was looked at before, and is what it came to."""
    names = (RESULTS[name] for name in map(_name, _MRO.__get__(cls)) if name in RESULTS)
    result = attributes.get(next(names, ""))
    return result is not None and type(result) is not object


def _name(cls: type) -> str:
    module = _DICT.__get__(cls).get("__module__")
    return f"{module}.{_QUALNAME.__get__(cls)}" if type(module) is str else ""

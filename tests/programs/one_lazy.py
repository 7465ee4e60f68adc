"""Crash with lazy values, whose evaluation ends the process."""

import os
import sys
import types


def die(*args, **kwargs):
    os.write(2, b"evaluated\n")
    os._exit(77)


def lazy(module, name):
    """Make a class as a library would have it, without the library."""
    special = dict.fromkeys("__iter__ __len__ __bool__ __repr__ __getitem__ __getattr__ __reduce_ex__".split(), die)
    cls = type(name, (), {**special, "__module__": module})
    parts = module.split(".")
    for length in range(1, len(parts) + 1):
        home = ".".join(parts[:length])
        sys.modules.setdefault(home, types.ModuleType(home))
    setattr(sys.modules[module], name, cls)
    return cls


class Order:
    pass


class Shop:
    def __init__(self, orders):
        self.orders = orders


def crash():
    orders = lazy("django.db.models.query", "QuerySet")()
    orders.__dict__["model"] = Order
    query = lazy("sqlalchemy.orm.query", "Query")()
    request = lazy("werkzeug.local", "LocalProxy")()
    shop = Shop(orders)
    settled = lazy("django.db.models.query", "RawQuerySet")()
    settled.__dict__.update(model=Order, _result_cache=["first", "second"])
    number = 4711
    raise ValueError("lazy")


crash()

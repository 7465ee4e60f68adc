"""The objects in dill's registry: each comes back with its type, and equal where objects of its type compare."""

import adapter
import dill
import pytest

dill.load_types(pickleable=True, unpickleable=True)
from dill import _objects  # noqa: E402 - the types are loaded first

OBJECTS = {**_objects.succeeds, **_objects.failures}


@pytest.mark.parametrize("name", sorted(OBJECTS))
def test_object(name):
    """An object of the registry has the same type afterwards; inert, it may show that it is inert instead."""
    thing = OBJECTS[name]
    loaded = adapter.loads(adapter.dumps(thing))
    if adapter.MODE == "inert" and "nert" in f"{type(type(loaded))} {type(loaded)} {loaded!r}":
        return
    assert type(thing) is type(loaded), repr(loaded)[:200]

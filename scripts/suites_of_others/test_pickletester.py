"""CPython's own tests of pickling, with `adapter.dumps` and `adapter.loads`."""

import pickle
import unittest

import adapter
from test import pickletester

pickletester.protocols = (pickle.HIGHEST_PROTOCOL,)  # a dump has one


class PickleTests(pickletester.AbstractPickleTests, unittest.TestCase):
    """Tests that look at the bytes fail, as those with a protocol that a dump does not have."""

    def dumps(self, thing, proto=None, **kwargs):
        """Write."""
        return adapter.dumps(thing, proto, **kwargs)

    def loads(self, data, **kwargs):
        """Load."""
        return adapter.loads(data, **kwargs)

"""CPython's own tests of pickling, with `adapter.dumps` and `adapter.loads`."""

import unittest

import adapter
from test.pickletester import AbstractPickleTests


class PickleTests(AbstractPickleTests, unittest.TestCase):
    """Every protocol is the same here: a dump has its own."""

    def dumps(self, thing, proto=None, **kwargs):
        """Write."""
        return adapter.dumps(thing)

    def loads(self, data, **kwargs):
        """Load."""
        return adapter.loads(data)


del AbstractPickleTests

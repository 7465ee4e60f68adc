# a test of nose2 fails
# needs: nose2
# compare: status
import sys
from pathlib import Path

import nose2

Path("test_orders.py").write_text(
    "import unittest, shop\nclass Orders(unittest.TestCase):\n    def test_one(self): shop.fail()\n"
)
nose2.main(module=None, argv=["nose2", "test_orders"])

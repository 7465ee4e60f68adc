"""Let every interpreter of a run write and load by way of a dump: tests start further ones."""

import os
import sys

sys.path[:0] = os.environ["SUITES_PATH"].split(os.pathsep)
__import__("adapter").install()

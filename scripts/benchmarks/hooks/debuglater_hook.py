"""debuglater (with dill) as its introduction installs it."""

import os
import sys

import debuglater

sys.excepthook = debuglater.excepthook_factory(os.environ["BENCH_DUMP"])

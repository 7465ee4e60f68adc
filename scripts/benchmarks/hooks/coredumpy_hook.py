"""coredumpy as its introduction installs it."""

import os

import coredumpy

coredumpy.patch_except(path=os.environ["BENCH_DUMP"])

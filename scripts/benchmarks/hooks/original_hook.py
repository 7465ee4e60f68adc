"""The original tibidi, 0.3.1, as its introduction installs it."""

import os

import tibidi

tibidi.set_excepthook(os.environ["BENCH_DUMP"])

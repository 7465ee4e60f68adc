"""tintype as its introduction installs it."""

import os

import tintype

tintype.install_exception_hook(path=os.environ["BENCH_DUMP"])

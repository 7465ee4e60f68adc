"""A Redis server of its own for each program; child processes find it by the environment."""

import contextlib
import os
import subprocess
import time

import serving

PORT = int(os.environ.setdefault("SHOP_REDIS_PORT", str(serving.free_port())))
URL = f"redis://127.0.0.1:{PORT}/0"


@contextlib.contextmanager
def redis():
    process = subprocess.Popen(["redis-server", "--port", str(PORT), "--save", ""], stdout=subprocess.DEVNULL)
    while not serving.is_open(PORT):
        time.sleep(0.05)
    try:
        yield PORT
    finally:
        process.terminate()
        process.wait()

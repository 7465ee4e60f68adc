"""Leak 200 descriptors of one file beside threads and children; print what an observer counts, and crash."""

import os
import subprocess
import sys
import threading
import time

children = [subprocess.Popen([sys.executable, "-Sc", "input()"], stdin=subprocess.PIPE) for _ in range(3)]
threads = [threading.Thread(target=int) for _ in range(7)]
for thread in threads:
    thread.start()
    thread.join()
leaked = [open(os.path.join(sys.argv[1], "leaked prices.csv"), "w") for _ in range(200)]
block = bytearray(b"x") * (50 << 20)
del block
begun = time.process_time()
while time.process_time() < begun + 0.3:
    pass
print(*sorted(child.pid for child in children))
1 / 0

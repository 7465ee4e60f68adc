# the program runs under debugpy
# needs: debugpy
# compare: status stdout
import subprocess
import sys

import serving

listen = f"127.0.0.1:{serving.free_port()}"
print(subprocess.run([sys.executable, "-m", "debugpy", "--listen", listen, "plain_main.py"]).returncode)

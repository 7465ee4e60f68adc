# the interpreter treats warnings as errors
import subprocess
import sys

print(subprocess.run([sys.executable, "-W", "error", "plain_main.py"]).returncode)

# a Python program that is started as a subprocess fails
import subprocess
import sys

print(subprocess.run([sys.executable, "plain_main.py"]).returncode)

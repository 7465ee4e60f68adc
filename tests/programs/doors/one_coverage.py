# the program runs under coverage
# needs: coverage
import subprocess
import sys

print(subprocess.run([sys.executable, "-m", "coverage", "run", "plain_main.py"]).returncode)

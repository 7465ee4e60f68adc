# the interpreter ignores the environment, and so tibidi is off
# dumps: 0
import subprocess
import sys

code = "import sys; sys.path.insert(0, ''); import plain_main"
print(subprocess.run([sys.executable, "-I", "-c", code]).returncode)

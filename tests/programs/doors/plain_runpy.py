# a module that runpy runs fails
import runpy
import sys

sys.argv[0] = "plain_main.py"
runpy.run_path("plain_main.py", run_name="__main__")

# the program runs under ddtrace-run
# needs: ddtrace
# compare: status stdout
import os
import subprocess
import sys

os.environ.update(DD_TRACE_ENABLED="false", DD_INSTRUMENTATION_TELEMETRY_ENABLED="false")
command = "import sys; from ddtrace.commands.ddtrace_run import main; main()"
print(subprocess.run([sys.executable, "-c", command, sys.executable, "plain_main.py"]).returncode)

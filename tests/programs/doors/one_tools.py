# a command of typer fails under ddtrace-run, coverage and debugpy, and passes sentry_sdk and rich
# needs: ddtrace coverage debugpy sentry_sdk rich typer
# compare: status stdout
import os
import subprocess
import sys

import serving

if "PORT" in os.environ:
    import debugpy
    import rich.traceback
    import sentry_sdk
    import typer

    import shop

    debugpy.listen(("127.0.0.1", int(os.environ["PORT"])))
    sentry_sdk.init("http://key@127.0.0.1:9/1", transport=lambda *_: None)
    rich.traceback.install()
    typer.run(lambda: shop.fail())
else:
    os.environ.update(DD_TRACE_ENABLED="false", DD_INSTRUMENTATION_TELEMETRY_ENABLED="false")
    os.environ.update(PORT=str(serving.free_port()), COVERAGE_FILE=os.path.abspath("coverage.data"))
    trace = "import sys; from ddtrace.commands.ddtrace_run import main; main()"
    command = [sys.executable, "-c", trace, sys.executable, "-m", "coverage", "run", __file__]
    print(subprocess.run(command).returncode)

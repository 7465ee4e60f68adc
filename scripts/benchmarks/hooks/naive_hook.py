"""The limit: one `cloudpickle.dump` of all locals, and nothing else."""

import os
import sys


def hook(kind, error, tb):
    """Print the traceback, then dump the locals of its frames."""
    sys.__excepthook__(kind, error, tb)
    import cloudpickle  # at the crash, as tibidi does

    frames = []
    while tb is not None:
        # The variables of a module are its globals, which cloudpickle handles by itself.
        frames.append({name: value for name, value in tb.tb_frame.f_locals.items() if not name.startswith("__")})
        tb = tb.tb_next
    with open(os.environ["BENCH_DUMP"], "wb") as file:
        cloudpickle.dump(frames, file)


sys.excepthook = hook

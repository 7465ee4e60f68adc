"""An object whose own `__getstate__` is slow, in a frame with secrets, which is written several times."""

import time


class Report:
    """Renders itself to be pickled."""

    calls = 0

    def __init__(self):
        self.rows = ["row"] * 10

    def __getstate__(self):
        Report.calls += 1
        time.sleep(0.02)
        return {"rows": list(self.rows), "call": Report.calls}


def publish(report, password):
    letters = [f"password={password}", {"token": password}]
    return 1 / (len(letters) - 2)


publish(Report(), "Kn2-vfQ9xT-81ab")

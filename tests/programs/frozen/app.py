"""Crash as the first argument says: with hooks installed by a call, in a thread, in a child, with modules replaced."""

import multiprocessing
import sys
import threading
import types

from shop.orders import work

ORDER = {"id": 7, "amount": 0}


def main(how):
    if how == "call":
        import tibidi

        tibidi.set_excepthook(None, replace=False)
    if how == "thread":
        worker = threading.Thread(target=work, args=(ORDER,))
        worker.start()
        worker.join()
    elif how == "child":
        child = multiprocessing.get_context("spawn").Process(target=work, args=(ORDER,))
        child.start()
        child.join()
    else:
        if how == "shadow":
            sys.modules["pickle"] = sys.modules["json"] = types.ModuleType("shadow")
        work(ORDER)


if __name__ == "__main__":
    multiprocessing.freeze_support()
    main(sys.argv[1])

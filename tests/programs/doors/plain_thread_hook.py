# an exception ends a thread of a program with a threading.excepthook of its own
import threading

import shop

threading.excepthook = lambda args: print("in a thread:", args.exc_value)
thread = threading.Thread(target=shop.fail, name="worker")
thread.start()
thread.join()

# an exception ends a thread
import threading

import shop

thread = threading.Thread(target=shop.fail)
thread.start()
thread.join()
print("goes on")

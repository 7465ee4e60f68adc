# a threading.Timer fails
import threading

import shop

timer = threading.Timer(0, shop.fail)
timer.start()
timer.join()
print("goes on")

# an application prints the traceback, and goes on, without TIBIDI_LOGGING
# dumps: 0
import traceback

import shop

try:
    shop.fail()
except ZeroDivisionError:
    traceback.print_exc()
print("goes on")

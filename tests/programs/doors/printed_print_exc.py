# an application prints the traceback, and goes on
# env: TIBIDI_LOGGING=ERROR
import traceback

import shop

try:
    shop.fail()
except ZeroDivisionError:
    traceback.print_exc()
print("goes on")

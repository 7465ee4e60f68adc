# sys.exit("message") in an except block
# env: TIBIDI_EXITS=errors
import sys

import shop

try:
    shop.fail()
except ZeroDivisionError:
    sys.exit("no such order")

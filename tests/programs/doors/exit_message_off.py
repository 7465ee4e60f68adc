# sys.exit("message") in an except block, without TIBIDI_EXITS
# dumps: 0
import sys

import shop

try:
    shop.fail()
except ZeroDivisionError:
    sys.exit("no such order")

# sys.exit(0) in an except block
# env: TIBIDI_EXITS=errors
# dumps: 0
import sys

import shop

try:
    shop.fail()
except ZeroDivisionError:
    sys.exit(0)

# twisted.python.log.err() gets an exception
# needs: twisted
import sys

from twisted.python import log

import shop

log.startLogging(sys.stdout)
try:
    shop.fail()
except ZeroDivisionError:
    log.err()
print("goes on")

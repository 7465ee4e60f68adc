# nobody handles the failure of a Deferred
# needs: twisted
import gc
import sys

from twisted.internet import defer
from twisted.python import log

import shop

log.startLogging(sys.stdout)
deferred = defer.succeed(7)
deferred.addCallback(shop.fail)
del deferred
gc.collect()
print("goes on")

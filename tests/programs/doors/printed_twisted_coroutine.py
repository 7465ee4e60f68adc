# nobody awaits the failure of a coroutine of Twisted
# needs: twisted
import gc
import sys

from twisted.internet import defer
from twisted.logger import Logger
from twisted.python import log

import shop

log.startLogging(sys.stdout)


@defer.inlineCallbacks
def job():
    yield defer.succeed(1)
    shop.fail()


job()
gc.collect()
print("goes on")

# a delayed call of a Twisted reactor fails
# needs: twisted
from twisted.internet import reactor

import shop

reactor.callLater(0, shop.fail)
reactor.callLater(0.1, reactor.stop)
reactor.run()
print("goes on")

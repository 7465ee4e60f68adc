# a greenlet of gevent fails in a monkey-patched program
# needs: gevent
from gevent import monkey

monkey.patch_all()
import gevent

import shop

gevent.joinall([gevent.spawn(shop.fail)])
print("goes on")

# a greenlet of gevent fails
# needs: gevent
import gevent

import shop

gevent.spawn(shop.fail).join()
print("goes on")

# the caller takes the exception of a greenlet
# needs: gevent
import gevent

import shop

gevent.spawn(shop.fail).get()

# a green thread of eventlet fails
# dumps: 2
# needs: eventlet
import eventlet

import shop

eventlet.spawn_n(shop.fail)
eventlet.spawn(shop.fail)
eventlet.sleep(0.05)
print("goes on")

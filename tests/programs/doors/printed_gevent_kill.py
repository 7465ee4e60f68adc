# a greenlet that is killed has not crashed
# needs: gevent
# dumps: 0
import gevent

greenlet = gevent.spawn(gevent.sleep, 10)
gevent.sleep(0)
greenlet.kill()
print("goes on")

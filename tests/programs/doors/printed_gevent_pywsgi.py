# an application of gevent.pywsgi fails
# needs: gevent
import gevent
from gevent.pywsgi import WSGIServer

import shop

server = WSGIServer(("127.0.0.1", 0), shop.fail, log=None)
server.start()
client = gevent.socket.create_connection(server.address)
client.sendall(b"GET / HTTP/1.0\r\n\r\n")
print(client.recv(100)[:30])
server.stop()

# a view of Bottle fails, which prints the traceback into wsgi.errors
# needs: bottle
import threading
from wsgiref.simple_server import make_server

import bottle
import serving
import shop

app = bottle.Bottle()
app.route("/", callback=shop.fail)
app.catchall = False
with make_server("127.0.0.1", 0, app) as server:
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    print(serving.get(server.server_address[1]))
    thread.join()

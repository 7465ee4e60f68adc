# a view of Bottle fails, for which Bottle makes a page; another page is not there
# needs: bottle
import threading
from wsgiref.simple_server import make_server

import bottle
import serving
import shop

app = bottle.Bottle()
app.route("/", callback=shop.fail)
with make_server("127.0.0.1", 0, app) as server:
    for path in ("/", "/nowhere"):
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        print(serving.get(server.server_address[1], path))
        thread.join()

# a view of Flask fails, which the debugger of Werkzeug shows
# needs: flask
import threading

import flask
import serving
import shop
from werkzeug.debug import DebuggedApplication
from werkzeug.serving import make_server

app = flask.Flask("shop")
app.debug = True
app.add_url_rule("/", view_func=shop.fail)
server = make_server("127.0.0.1", 0, DebuggedApplication(app))
thread = threading.Thread(target=server.handle_request)
thread.start()
print(serving.get(server.port))
thread.join()
server.server_close()

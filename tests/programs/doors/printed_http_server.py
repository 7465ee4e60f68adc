# a handler of http.server fails
import threading
from http.server import BaseHTTPRequestHandler
from http.server import HTTPServer

import serving
import shop


class Handler(BaseHTTPRequestHandler):
    do_GET = shop.fail

    def log_message(self, *_):
        pass


with HTTPServer(("127.0.0.1", 0), Handler) as server:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(serving.get(server.server_address[1]))
    server.shutdown()

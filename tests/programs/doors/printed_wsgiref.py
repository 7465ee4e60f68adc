# an application of wsgiref fails
import threading
from wsgiref.simple_server import make_server

import serving
import shop

with make_server("127.0.0.1", 0, shop.fail) as server:
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    print(serving.get(server.server_address[1]))
    thread.join()

# an application fails in cheroot (CherryPy)
# needs: cheroot
# compare: status stdout
import threading

from cheroot.wsgi import Server

import failing
import serving

server = Server(("127.0.0.1", serving.free_port()), failing.app)
server.prepare()
threading.Thread(target=server.serve, daemon=True).start()
print(serving.get(server.bind_addr[1]))
server.stop()

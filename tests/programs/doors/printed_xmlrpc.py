# a method of an XML-RPC server fails, which only the client hears
import threading
import xmlrpc.client
from xmlrpc.server import SimpleXMLRPCServer

import shop

with SimpleXMLRPCServer(("127.0.0.1", 0), logRequests=False) as server:
    server.register_function(shop.fail, "fail")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        xmlrpc.client.ServerProxy("http://127.0.0.1:%d" % server.server_address[1]).fail()
    except xmlrpc.client.Fault as fault:
        print(fault.faultString)
    server.shutdown()

# a handler of socketserver fails
import socket
import socketserver
import threading

import shop


class Handler(socketserver.StreamRequestHandler):
    handle = shop.fail


with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with socket.create_connection(server.server_address) as client:
        print(client.recv(10))
    server.shutdown()

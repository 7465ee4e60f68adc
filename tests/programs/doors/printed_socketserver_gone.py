# the client of a socketserver goes away
# dumps: 0
import socket
import socketserver
import threading


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        raise ConnectionResetError(104, "Connection reset by peer")


with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with socket.create_connection(server.server_address) as client:
        print(client.recv(10))
    server.shutdown()

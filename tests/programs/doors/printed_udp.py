# a handler of a UDP socketserver fails
import socket
import socketserver
import threading

import shop


class Handler(socketserver.BaseRequestHandler):
    handle = shop.fail


with socketserver.UDPServer(("127.0.0.1", 0), Handler) as server:
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.sendto(b"x", server.server_address)
    server.handle_request()
    client.close()
print("goes on")

"""A web application whose view fails; it answers, logs, and goes on."""

import logging
import threading
import urllib.error
import urllib.request

from flask import Flask
from werkzeug.serving import make_server

app = Flask("shop")


@app.route("/order/<int:item>")
def order(item):
    basket = {"item": item}
    return str(100 / basket["item"])


def ask(port, item):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/order/{item}", timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


logging.getLogger("werkzeug").setLevel(logging.WARNING)
server = make_server("127.0.0.1", 0, app, threaded=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
print([ask(server.port, item) for item in (0, 5, 0)])
server.shutdown()

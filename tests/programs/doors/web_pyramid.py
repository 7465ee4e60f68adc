# a view of Pyramid fails under waitress
# needs: pyramid waitress
# env: TIBIDI_LOGGING=ERROR
import threading

import waitress
from pyramid.config import Configurator

import serving
import shop

with Configurator() as config:
    config.add_route("page", "/")
    config.add_view(shop.fail, route_name="page")
    app = config.make_wsgi_app()
server = waitress.create_server(app, listen="127.0.0.1:0")
threading.Thread(target=server.run, daemon=True).start()
print(serving.get(server.effective_port))
server.close()

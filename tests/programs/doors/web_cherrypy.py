# a page of CherryPy fails
# needs: cherrypy
# env: TIBIDI_LOGGING=ERROR
import cherrypy

import serving
import shop


class Root:
    index = cherrypy.expose(shop.fail)


port = serving.free_port()
cherrypy.config.update({"server.socket_port": port, "engine.autoreload.on": False, "log.screen": False})
cherrypy.tree.mount(Root(), "/")
cherrypy.engine.start()
print(serving.get(port))
cherrypy.engine.exit()

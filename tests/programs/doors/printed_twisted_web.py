# a resource of twisted.web fails
# needs: twisted
# compare: status
from twisted.internet import reactor
from twisted.internet.threads import deferToThread
from twisted.web.resource import Resource
from twisted.web.server import Site

import serving
import shop


class Page(Resource):
    isLeaf = True
    render_GET = shop.fail


port = reactor.listenTCP(0, Site(Page()), interface="127.0.0.1")
done = deferToThread(serving.get, port.getHost().port)
done.addCallback(print)
done.addCallback(lambda _: reactor.stop())
reactor.run()

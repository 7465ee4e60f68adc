# a handler of Tornado fails
# needs: tornado
# env: TIBIDI_LOGGING=ERROR
import asyncio

import tornado.httpclient
import tornado.web

import serving
import shop


class Handler(tornado.web.RequestHandler):
    get = shop.fail


async def main():
    port = serving.free_port()
    tornado.web.Application([("/", Handler)]).listen(port, "127.0.0.1")
    answer = await tornado.httpclient.AsyncHTTPClient().fetch(f"http://127.0.0.1:{port}/", raise_error=False)
    print(answer.code)


asyncio.run(main())

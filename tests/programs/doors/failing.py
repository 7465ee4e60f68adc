"""An application that fails, by the protocols of web servers."""

import shop


def app(environ, start_response):
    shop.fail()


async def asgi(scope, receive, send):
    if scope["type"] != "http":
        raise RuntimeError
    shop.fail()

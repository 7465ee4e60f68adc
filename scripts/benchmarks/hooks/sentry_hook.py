"""The Sentry SDK with its defaults, thus with local variables; its event is written to a file instead of sent."""

import os

import sentry_sdk
from sentry_sdk.transport import Transport


class FileTransport(Transport):
    """A transport without a network."""

    def capture_envelope(self, envelope):
        """Write what would be sent."""
        with open(os.environ["BENCH_DUMP"], "wb") as file:
            envelope.serialize_into(file)


sentry_sdk.init(dsn="http://public@127.0.0.1:9/1", transport=FileTransport)

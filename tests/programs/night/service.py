"""The night job as a service runs it: another thread waits for mail to send."""

import threading

import night

closing = threading.Event()


def send_mail(queue):
    while not closing.wait(60):
        queue.clear()


threading.Thread(target=send_mail, args=[["ada@example.com"]], name="mailer", daemon=True).start()
night.main()

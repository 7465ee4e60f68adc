# an exit that an exception led to is caught
# env: TIBIDI_EXITS=errors
# dumps: 0
import sys

import shop


def main():
    try:
        shop.fail()
    except ZeroDivisionError:
        sys.exit("no such order")


def run():
    try:
        main()
    except SystemExit as error:
        print("caught", error)


run()
print("goes on")

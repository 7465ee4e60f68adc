# sys.exit(3) far from the main module, through handlers that raise it again
# env: TIBIDI_EXITS=errors
import sys

import shop


def main():
    try:
        try:
            shop.fail()
        except ZeroDivisionError:
            sys.exit(3)
    finally:
        print("cleans up")


def run():
    try:
        main()
    except SystemExit:
        raise


run()

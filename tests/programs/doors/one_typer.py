# a command of typer fails, whose traceback typer prints
# needs: typer
import typer

import shop


def main():
    shop.fail()


typer.run(main)

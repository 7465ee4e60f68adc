# a command of typer is aborted
# needs: typer
# env: TIBIDI_EXITS=errors
import typer

import shop


def main():
    try:
        shop.fail()
    except ZeroDivisionError as error:
        raise typer.Abort from error


typer.run(main)

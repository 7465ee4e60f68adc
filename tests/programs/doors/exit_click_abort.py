# a command of click is aborted
# needs: click
# env: TIBIDI_EXITS=errors
import click

import shop


@click.command()
def main():
    try:
        shop.fail()
    except ZeroDivisionError as error:
        raise click.Abort from error


main([])

# a command of click fails with a ClickException
# needs: click
# env: TIBIDI_EXITS=errors
import click

import shop


@click.command()
def main():
    try:
        shop.fail()
    except ZeroDivisionError as error:
        raise click.ClickException("no such order") from error


main([])

# Ctrl-C in a command of click
# needs: click
# env: TIBIDI_EXITS=errors
# dumps: 0
import click


@click.command()
def main():
    raise KeyboardInterrupt


main([])

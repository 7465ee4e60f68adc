# click ends the program because of a wrong option
# needs: click
# env: TIBIDI_EXITS=errors
# dumps: 0
import click


@click.command()
def main():
    pass


main(["--wrong"])

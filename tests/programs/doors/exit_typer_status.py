# a command of typer exits with a status, without an exception
# needs: typer
# env: TIBIDI_EXITS=errors
# dumps: 0
import typer


def pay() -> None:
    raise typer.Exit(3)


typer.run(pay)

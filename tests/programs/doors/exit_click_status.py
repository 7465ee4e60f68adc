# a command of click exits with a status because of an exception
# needs: click
# env: TIBIDI_EXITS=errors
import click
import shop


@click.command()
@click.pass_context
def pay(context):
    try:
        shop.fail()
    except ZeroDivisionError:
        context.exit(3)


pay()

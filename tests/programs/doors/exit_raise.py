# raise SystemExit from an exception
# needs: 3.12
# env: TIBIDI_EXITS=errors
import shop

try:
    shop.fail()
except ZeroDivisionError as error:
    raise SystemExit("no such order") from error

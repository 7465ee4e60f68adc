# an exception group ends the program
# needs: 3.11
import shop

errors = []
for _ in range(2):
    try:
        shop.fail()
    except ZeroDivisionError as error:
        errors.append(error)
raise ExceptionGroup("two orders", errors)

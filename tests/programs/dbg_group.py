"""An exception group, for Python 3.11 and later."""


def check(number):
    if number % 2:
        raise ValueError(f"odd: {number}")


def check_all(numbers):
    errors = []
    for number in numbers:
        try:
            check(number)
        except ValueError as error:
            error.add_note(f"among {len(numbers)}")
            errors.append(error)
    raise ExceptionGroup("bad numbers", errors)


check_all([1, 2, 3])

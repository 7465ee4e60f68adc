"""A function within two decorators, one of which hides it."""
import functools


def logged(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


def doubled(function):
    def wrapper(number):
        return function(number * 2)

    return wrapper


@logged
@doubled
def inverse(number):
    return 1 / (number - 4)


print(inverse(2))

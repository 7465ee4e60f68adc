"""An argument that no file can keep."""


def mean(numbers):
    numbers = list(numbers)
    return sum(numbers) / len(numbers)


def main(limit):
    return mean(number for number in range(10) if number > limit)


if __name__ == "__main__":
    main(10)

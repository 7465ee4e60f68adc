"""Plain values that are no literals."""
from datetime import date
from datetime import timedelta
from decimal import Decimal


def interest(amount, rate, start, end):
    days = (end - start).days
    return amount * rate / days


def main():
    start = date(2026, 2, 28)
    print(interest(Decimal("1250.00"), Decimal("0.0175"), start, start + timedelta(0)))


if __name__ == "__main__":
    main()

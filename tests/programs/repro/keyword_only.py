"""Positional-only and keyword-only parameters."""


def share(total, /, people, *, rounding=2, unit="EUR"):
    return f"{round(total / people, rounding)} {unit}"


print(share(100, 0, unit="USD"))

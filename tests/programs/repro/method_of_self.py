"""A method whose object is no literal."""


class Account:
    def __init__(self, owner):
        self.owner = owner
        self.limits = {"EUR": 100}
        self.log = []

    def withdraw(self, amount, currency):
        self.log.append((amount, currency))
        if amount > self.limits[currency]:
            raise ValueError(f"{self.owner} may not withdraw {amount} {currency}")


class Savings(Account):
    def withdraw(self, amount, currency):
        super().withdraw(amount, currency)


Savings("Ada").withdraw(5, "USD")

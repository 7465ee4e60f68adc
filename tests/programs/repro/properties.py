"""A property, and its setter."""


class Basket:
    def __init__(self, prices):
        self.prices = prices

    @property
    def mean(self):
        return sum(self.prices) / len(self.prices)

    @mean.setter
    def mean(self, value):
        self.prices = [value / 0 for _ in self.prices]


print(Basket([]).mean)

"""A table, and an exception that is raised deep in a library."""
import pandas as pd


def revenue(table, column):
    return table[column].sum()


def main():
    table = pd.DataFrame({"sku": ["a", "b"], "price": [1.5, 2.5]})
    print(revenue(table, "amount"))


if __name__ == "__main__":
    main()

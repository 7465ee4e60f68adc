# a job of loky fails
# needs: loky
from loky import get_reusable_executor

import shop

if __name__ == "__main__":
    print(repr(get_reusable_executor(1).submit(shop.fail).exception()))

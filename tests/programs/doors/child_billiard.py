# a child of billiard (Celery) fails
# needs: billiard
import billiard

import shop

if __name__ == "__main__":
    child = billiard.Process(target=shop.fail)
    child.start()
    child.join()
    print(child.exitcode)

"""A secret that the crash depends on is not in the dump."""
import os


def login(user, password):
    if len(password) > 12:
        raise ValueError("the password of " + user + " has " + str(len(password)) + " characters")
    return user


def main(password):
    return login("ada", password)


if __name__ == "__main__":
    main(os.environ["TIBIDI_TEST_PASSWORD"])

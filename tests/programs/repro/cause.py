"""A root cause that is caught, and raised again as something else; a class method and a static method."""


class ConfigError(Exception):
    pass


class Config:
    def __init__(self, port):
        self.port = port

    @staticmethod
    def number(text):
        return int(text, 10)

    @classmethod
    def read(cls, settings):
        try:
            return cls(cls.number(settings["port"]))
        except ValueError as error:
            raise ConfigError("no port") from error


if __name__ == "__main__":
    Config.read({"port": "80a"})

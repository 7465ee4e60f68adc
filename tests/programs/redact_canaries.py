"""Crash with a different canary in each kind of place; they are made at run time, so that no source has one."""

import json
import os
import subprocess
import sys
import urllib.request


def canary(number):
    return "Kx7" + f"q9Zt{number:03}"


class Header:
    def __init__(self, name, value):
        self.name = name
        self.value = value


sys.argv += ["--db-password", canary(1), "--api-token=" + canary(2)]
os.environ["SHOP_PASSWORD"] = canary(3)


def crash(host):
    environ = os.environ
    directory = os.getcwd()
    nested = json.dumps({"body": json.dumps({"password": canary(4)})})
    line = "DB_PASSWORD=" + canary(5)
    name, value = line.split("=")
    url = "https://api.example.org/x?api_key=" + canary(6)
    address = "postgres://bob:$" + canary(7) + "@db/shop"
    headers = [["Authorization", "Bearer " + canary(8)], ["Accept", "text/html"]]
    raw = "GET / HTTP/1.1\r\nOcp-Apim-Subscription-Key: " + canary(9) + "\r\n\r\n"
    labelled = {"name": "password", "value": canary(10)}
    header = Header("X-Api-Key", canary(11))
    taken = header.value + " is the value"
    records = [{"id": each, "password": canary(200 + each)} for each in range(300)]
    last = "the last is " + records[-1]["password"]
    rows = [["user", "password"], *(["bob", canary(600 + each)] for each in range(300))]
    cell = rows[-1][1]
    manager = urllib.request.HTTPPasswordMgr()
    manager.add_password("realm", "http://example.org/", "bob", canary(12))
    xml = "<user>bob</user><password>" + canary(13) + "</password>"
    sql = "CREATE USER bob IDENTIFIED BY '" + canary(14) + "'"
    netrc = "machine h login bob password " + canary(15)
    curl = "curl -u bob:" + canary(16) + " https://example.org"
    connection = "Server=db;User Id=bob;Password=" + canary(17) + ";Timeout=3"
    data = ("PGPASSWORD=" + canary(18)).encode()
    long_text = "plain words " * 20_000 + " password=" + canary(19) + " plain words" * 20_000
    gitlab = "glrt-" + canary(20) + "aB3dE5fG7h"
    passwort, fernet_key = canary(21), canary(22)
    kept = "an ordinary text"
    command = ["mysql", "--password", canary(23), "-h", host]
    subprocess.run([sys.executable, "-c", "raise SystemExit(3)", *command], check=True)


try:
    crash("db")
except subprocess.CalledProcessError as error:
    raise RuntimeError(f"url=https://api.example.org/x?api_key={canary(6)} failed, cmd='mysql -p{canary(24)}'") from error

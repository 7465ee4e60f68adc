"""Which texts look like secrets."""

from __future__ import annotations

import time

import pytest

from tibidi.redaction import texts
from tibidi.redaction.learnt import Learnt
from tibidi.redaction.scanning import Searched
from tibidi.redaction.suspicion import may_be_in

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----"


SECRETS = [
    ("failed: url=https://api/x?api_key=geheim status=500", "failed: url=https://api/x?api_key=<redacted> status=500"),
    ("user=ann&password[]=geheim1", "user=ann&password[]=<redacted>"),
    ("passwords[0]=geheim1", "passwords[0]=<redacted>"),
    ("user;password\nann;geheim1", "user;password\nann;<redacted>"),
    ("password;user\ngeheim1;ann", "password;user\n<redacted>;ann"),
    ("user\tapi_key\nann\tgeheim1", "user\tapi_key\nann\t<redacted>"),
    ("user|password|n\nann|geheim1|5", "user|password|n\nann|<redacted>|5"),
    ("https%3A%2F%2Fh%3Fpassword%3Dgeheim1", "https%3A%2F%2Fh%3Fpassword%3D<redacted>"),
    ("assert 'geheim1' == password", "assert '<redacted>' == password"),
    ("assert 'geheim1' != user.password", "assert '<redacted>' != user.password"),
    ("password!='geheim1'", "password!='<redacted>'"),
    ("password\t= geheim1", "password\t= <redacted>"),
    ("cmd='mysql --password=geheim'", "cmd='mysql --password=<redacted>'"),
    (r'{"body": "{\"password\": \"geheim\", \"x\": 1}"}', r'{"body": "{\"password\": \"<redacted>\", \"x\": 1}"}'),
    (
        r'{"a": "{\"b\": \"{\\\"password\\\": \\\"x\\\"}\"}"}',
        r'{"a": "{\"b\": \"{\\\"password\\\": \\\"<redacted>\\\"}\"}"}',
    ),
    ('password="a\\"b c" x', 'password="<redacted>" x'),
    ("postgres://bob:$Horse9x@db/shop", "postgres://bob:<redacted>@db/shop"),
    ("postgres://bob:%40Horse9x@db/shop", "postgres://bob:<redacted>@db/shop"),
    ("postgres://bob:a/b@c'd[e@db/shop", "postgres://bob:<redacted>@db/shop"),
    ("https://0123456789abcdef0123@example.org/5", "https://<redacted>@example.org/5"),
    ('{"password": "$Horse9x"}', '{"password": "<redacted>"}'),
    ("PASSWORD=%Tgb6yhn", "PASSWORD=<redacted>"),
    ("DB_PASSWORD=Tr0ub,4d&or", "DB_PASSWORD=<redacted>"),
    ("password=one&user=bob", "password=<redacted>&user=bob"),
    ("f(password='geheim', n=1)", "f(password='<redacted>', n=1)"),
    ("CREATE USER bob IDENTIFIED BY 'geheim'", "CREATE USER bob IDENTIFIED BY '<redacted>'"),
    ("ALTER ROLE bob WITH PASSWORD 'geheim';", "ALTER ROLE bob WITH PASSWORD '<redacted>';"),
    (
        "INSERT INTO users (name, password) VALUES ('bob', 'geheim')",
        "INSERT INTO users (name, password) VALUES ('bob', '<redacted>')",
    ),
    (
        "insert into u(password, n) values ('a''(,b', 1), (md5('geheim'), 2) returning password, (n)",
        "insert into u(password, n) values ('<redacted>', 1), (md5('<redacted>'), 2) returning password, (n)",
    ),
    ("<user>bob</user><password>geheim</password>", "<user>bob</user><password><redacted></password>"),
    ('<add key="password" value="geheim" />', '<add key="password" value="<redacted>" />'),
    ("sqlplus -S scott/geheim@db", "sqlplus -S scott/<redacted>@db"),
    ("expdp system/geheim@orcl full=y", "expdp system/<redacted>@orcl full=y"),
    ('{"kty": "oct", "k": "AyM1SysPpbyDfgZld3umj1qz"}', '{"kty": "oct", "k": "<redacted>"}'),
    (r"{\"d\": \"X4cTteJY_gn4FYPsXB8r\", \"kty\": \"EC\"}", r"{\"d\": \"<redacted>\", \"kty\": \"EC\"}"),
    ("CONFIG SET requirepass geheim", "CONFIG SET requirepass <redacted>"),
    ("port 1\nmasterauth geheim\n", "port 1\nmasterauth <redacted>\n"),
    ("AUTH bob geheim123", "AUTH bob <redacted>"),
    ("curl -u bob:geheim https://x", "curl -u bob:<redacted> https://x"),
    ("machine h login u password geheim", "machine h login u password <redacted>"),
    ("Command '['mysql', '--password', 'geheim']' failed", "Command '['mysql', '--password', '<redacted>']' failed"),
    ("mysqldump -uroot -pgeheim shop", "mysqldump -uroot -p<redacted> shop"),
    ("x=1, cmd='mysql -pgeheim'", "x=1, cmd='mysql -p<redacted>'"),
    ("sshpass -p geheim ssh x", "sshpass -p <redacted> ssh x"),
    ("openssl rsa -passin pass:geheim", "openssl rsa -passin pass:<redacted>"),
    ("openssl enc -aes-256-cbc -k geheim1 -in x", "openssl enc -aes-256-cbc -k <redacted> -in x"),
    ("docker login -u bob -p geheim1 x.org", "docker login -u bob -p <redacted> x.org"),
    ('variable "db_password" {\n  default = "geheim"\n}', 'variable "db_password" {\n  default = "<redacted>"\n}'),
    (
        "ConvertTo-SecureString -String 'geheim' -AsPlainText",
        "ConvertTo-SecureString -String '<redacted>' -AsPlainText",
    ),
    ("Ocp-Apim-Subscription-Key: 0123abcd", "Ocp-Apim-Subscription-Key: <redacted>"),
    ("Server=x;User Id=y;Password=z1z;Timeout=3", "Server=x;User Id=y;Password=<redacted>;Timeout=3"),
    ("AccountKey=abc+/123==;Suffix=core", "AccountKey=<redacted>;Suffix=core"),
    ("?sv=2020&sig=ab%2Fcd12345%3D&se=1", "?sv=2020&sig=<redacted>&se=1"),
    ("passwort: geheim12", "passwort: <redacted>"),
    ("$cfg['password'] = 'geheim';", "$cfg['password'] = '<redacted>';"),
    ("user,password\nbob,geheim1\nada,geheim2", "user,password\nbob,<redacted>\nada,<redacted>"),
    (PEM, "<redacted>"),
    (f"key:\n{PEM}\nend", "key:\n<redacted>\nend"),
    ("-----BEGIN PRIVATE KEY-----\ncut off", "<redacted>"),
    (f"jwt {JWT} here", "jwt <redacted> here"),
    ("AKIAIOSFODNN7EXAMPLE", "<redacted>"),
    ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "<redacted>"),
    ("github_pat_11ABCDEFG0abcdefghijkl_mnopqrstuvwxyz", "<redacted>"),
    ("glpat-abcdefghij0123456789", "<redacted>"),
    ("xoxb-123456789012-abcdefghijkl", "<redacted>"),
    ("https://hooks.slack.com/services/T00/B00/XXXX", "https://hooks.slack.com/services/<redacted>"),
    ("sk_live_abcdefghijklmnop", "<redacted>"),
    ("whsec_abcdefghijklmnop", "<redacted>"),
    ("sk-proj-abcdefghijklmnop1234", "<redacted>"),
    ("AIzaSyA-abcdefghijklmnopqrstuvwxyz01234", "<redacted>"),
    ("postgres://bob:s3cret@db/shop", "postgres://bob:<redacted>@db/shop"),
    ("redis://:s3cret@cache:6379", "redis://:<redacted>@cache:6379"),
    ("Bearer abc123def", "Bearer <redacted>"),
    ("authorization: bearer abc123def", "authorization: bearer <redacted>"),
    ("X-Api-Key: abc123def", "X-Api-Key: <redacted>"),
    ("Basic dXNlcjpwdw==", "Basic <redacted>"),
    ("--password=geheim", "--password=<redacted>"),
    ("host=db password=geheim user=bob", "host=db password=<redacted> user=bob"),
    ("password='two words' x=1", "password='<redacted>' x=1"),
    ("{'password': 'geheim', 'x': 1}", "{'password': '<redacted>', 'x': 1}"),
    ('{"api_key": "abc", "x": 1}', '{"api_key": "<redacted>", "x": 1}'),
    ("/path?token=abcdef&page=1", "/path?token=<redacted>&page=1"),
    ("Cookie: a=b; c=d\nHost: x", "Cookie: <redacted>\nHost: x"),
    ("wrong password: hunter22", "wrong password: <redacted>"),
    ("[db]\npassword = hunter22\nport = 5", "[db]\npassword = <redacted>\nport = 5"),
    ("api_key = 'abc'\r\n", "api_key = '<redacted>'\r\n"),
    ("session_id=a1b2c3 auth=f00dc0de5", "session_id=<redacted> auth=<redacted>"),
    ('{"csrf" : "a1b2c3d4"}', '{"csrf" : "<redacted>"}'),
    ('{"credentials": {"db": "geheim1", "n": ""}}', '{"credentials": {"db": "<redacted>", "n": ""}}'),
    ('{"passwords": ["geheim1", "x"]}', '{"passwords": ["<redacted>", "x"]}'),
    ("{'cookies': [{'sid': 'a1b2c3d4'}], 'n': 1}", "{'cookies': [{'sid': '<redacted>'}], 'n': 1}"),
    (r'"{\"secrets\": [\"geheim1\"]}"', r'"{\"secrets\": [\"<redacted>\"]}"'),
    ("headers: [('X-Api-Key', 'geheim'), ('a', 'b')]", "headers: [('X-Api-Key', '<redacted>'), ('a', 'b')]"),
    ("[(b'password', b'geheim1')]", "[(b'password', b'<redacted>')]"),
    ("define('DB_PASSWORD', 'geheim1');", "define('DB_PASSWORD', '<redacted>');"),
    ("bob:geheim1@proxy:8080", "bob:<redacted>@proxy:8080"),
    ("//bob:geheim1@example.org", "//bob:<redacted>@example.org"),
    ("x:///?odbc_connect=UID%3Dsa%3BPWD%3Dgeheim%3Bn%3D1", "x:///?odbc_connect=UID%3Dsa%3BPWD%3D<redacted>%3Bn%3D1"),
    ("/login?next=%2Fa%3Ftoken%3Da1b2c3d4%26n%3D1", "/login?next=%2Fa%3Ftoken%3D<redacted>%26n%3D1"),
    (
        "/a?X-Amz-Date=20260101T000000Z&X-Amz-Signature=0a1b2c3d4e5f",
        "/a?X-Amz-Date=20260101T000000Z&X-Amz-Signature=<redacted>",
    ),
    ("db:5432:shop:bob:geheim\n*:*:*:ada:geheim", "db:5432:shop:bob:<redacted>\n*:*:*:ada:<redacted>"),
    (
        'Content-Disposition: form-data; name="password"\r\nContent-Type: text/plain\r\n\r\ngeheim\r\n--x--',
        'Content-Disposition: form-data; name="password"\r\nContent-Type: text/plain\r\n\r\n<redacted>\r\n--x--',
    ),
    (
        '<input type="password" name="pass1" value="a1b2c3d4">',
        '<input type="password" name="pass1" value="<redacted>">',
    ),
    (
        '[{"name": "DB_PASSWORD", "value": "a1b2c3d4"}, {"name": "PORT", "value": "5432a"}]',
        '[{"name": "DB_PASSWORD", "value": "<redacted>"}, {"name": "PORT", "value": "5432a"}]',
    ),
    (
        r'{"env": "{\"Key\": \"API_TOKEN\", \"Value\": \"a1b2c3d4\"}"}',
        r'{"env": "{\"Key\": \"API_TOKEN\", \"Value\": \"<redacted>\"}"}',
    ),
    ("env:\n  - name: DB_PASSWORD\n    value: a1b2c3d4\n", "env:\n  - name: DB_PASSWORD\n    value: <redacted>\n"),
    ('<input type="password" value="a1b2c3d4">', '<input type="password" value="<redacted>">'),
    ("jdbc:oracle:thin:bob/geheim1@db:1521:x", "jdbc:oracle:thin:bob/<redacted>@db:1521:x"),
    ('<meta name="csrf-token" content="a1b2c3d4">', '<meta name="csrf-token" content="<redacted>">'),
]


@pytest.mark.parametrize(("text", "cleaned"), SECRETS)
def test_secrets(text: str, cleaned: str) -> None:
    """Only the secret part of a text is replaced."""
    assert may_be_in(text)
    assert cleaned == texts.replaced(text, texts.find(text))


@pytest.mark.parametrize("text", [text for text, _ in SECRETS])
@pytest.mark.parametrize("around", ["and so on ", "\x94\x8c\x01=_-:.A" * 10, "x: 1, y = 2; " * 100])
def test_secrets_are_seen_in_much_data(text: str, around: str) -> None:
    """What would be redacted is also found in the bytes of a pickle, wherever it stands."""
    assert Searched().suspects(text.encode(), b"\x94", Learnt())
    assert Searched().suspects(f"{around * 50}\n{text}\n{around * 50}".encode(), b"\x94", Learnt())


@pytest.mark.parametrize(
    "text",
    [
        "Basic authentication, bearer of news",
        "password: the password of the user",
        "login(user, password=password, token=self.token, secret=None)",
        "password = getpass.getpass()",
        "    token = line.split()\n    tokens = tokens + [token]\n    secret = secrets[0]",
        "token = next(tokens)",
        "task-management-of-things-1",
        "https://user.example.org:8080/a?page=2",
        "https://user.example.org:8080/a/@x",
        "'postgres://bob:x' and 'x@y'",
        "docker run -p 8080:80 x; mkdir -p /a/b; ssh -p 2222 h",
        "sort --key 2,2n file",
        'variable "region" { default = "eu-west-1" }',
        "docker://python:3.11@sha256:abc",
        "PASSWORD=${PASSWORD} password=$password TOKEN=%TOKEN% secret=**** password=%(pw)s api_key={{ key }}",
        "WHERE password = :password AND token = ?",
        "token = \"return\"; tokens=['a', 'b']; session=closed",
        "ada@example.org wrote: https://example.org/x",
        "postgres://{user}:{password}@{host}/{name}",
        "-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "sort_key='date' key=value tokens=3",
        "disk-sk-",
        ":type token: RequestToken",
        "AUTH=<mechanism>, password={password}",
        "an 'authorization: basic ...' header",
        ":param cookie: The cookie header as a string.",
        "it does not meet the basic OpenApi requirements",
        "sk-ecdsa-sha2-nistp256@openssh.com",
        "AUTH LOGIN CRAM-MD5",
        "AUTH CRAM-MD5",
        "set requirepass in the configuration",
        "sqlplus /nolog @scripts/run.sql",
        '{"password": {"type": "string", "pattern": "^[a-z0-9]{8}$"}, "secrets": ["DB_PASSWORD", "read"]}',
        "{'passwords': [user.password], 'cookies': {'theme': theme}}",
        "('password', 'Password'), ['token', 'address2', 'x1']",
        "mailto:ada2024@example.org",
        "image:v1.2@example.org",
        "git@github.com:user/project1.git",
        "npm:react@17.0.1",
        "12:30:15@example.org:80",
        "https://example.org/?next=%2Fa%3Fpage%3D1%26token_type%3Dbearer",
        "INSERT INTO users (name, password_length, note) VALUES ('bob', 'a dog', 'geheim'); SELECT ('token')",
        '<input type="text" name="user" value="ada1">',
        '{"kty": "RSA", "n": "0vx7agoebGcQSuuPiLJXZ", "e": "AQAB", "kid": "2024"}',
    ],
)
def test_ordinary_texts(text: str) -> None:
    """In an ordinary text nothing is found."""
    assert [] == texts.find(text)


@pytest.mark.parametrize(
    "text",
    [
        " '" + r"\d" * 40 + " -p x",  # a quote that is not closed: each backslash doubled the time
        "key=" * 5_000,
        "token: xoxb-" * 6_000,
        "xoxb-" * 6_000,
        "curl -u x " * 6_000,
        "a://" + "A-" * 20_000 + "@x",
        'token="' + r"\"" * 20_000,
        '{"passwords": [' * 6_000,
        "<a key='x' " * 6_000,
        '; name="password"\r\na: b' * 6_000,
        "token%3D" * 6_000,
        "['token', '" * 6_000,
        "a:b:5432:" * 6_000,
    ],
    ids=lambda text: text[:12].strip(),
)
def test_time(text: str) -> None:
    """A text is searched in linear time: no expression tries a part of it again and again."""
    begun = time.process_time()
    texts.find(text)

    assert time.process_time() - begun < 2

"""Which names are those of secrets."""

from __future__ import annotations

import pytest

from tibidi.redaction.names import HARD, SOFT, WEAK, kind_of_name

SECRET = """
password passwd userPassword DB_PASSWORD X-Api-Key api_key apiKey APIKEY secret client_secret SECRET_KEY token
access_token authToken AUTH_TOKEN_PROD private_key credential aws_credentials session session_id sessionid dsn
SENTRY_DSN password_hash password2 old_password last_password db_pass cookies AWS_SECRET_ACCESS_KEY aws_access_key_id
GITHUB_TOKEN auth auth_header Authorization Proxy-Authorization Set-Cookie csrfmiddlewaretoken passwordConfirm
passphrase PGPASSWORD dbpassword mypassword jwt_secret encryption_key apikey_prod MyApiKey password_for_bob Password1
GH_PAT SSHPASS FERNET_KEY APP_KEY psk subscription_key Ocp-Apim-Subscription-Key connection_string passwort senha
mot_de_passe contraseña пароль WIFI_PSK connect.sid PHPSESSID ConnectionString
the_secret_value secretKey privateKey ssh_private_key oauth2_token s3_secret_key refreshToken id_token bearer_token
HTTP_AUTHORIZATION HTTP_COOKIE cookie_header sessionToken creds smtp_pwd stripe_key
X-Amz-Signature wachtwoord pword passwrd priv_key masterKey sshkey
"""

ORDINARY = """
token_count tokenizer max_tokens tokens secretary passenger author authority keyboard monkey SESSION_COOKIE_NAME
public_key next_token pad_token bypass compass passed primary_key foreign_key sessions assess obsession
classic credit accredited tokenized session_maker sort_key cache_key key_func password_reset_url PASSWORD_HASHERS
AUTH_PASSWORD_VALIDATORS token_type auth_backend auth_url password_min_length is_secret has_password use_cookies
secret_name tokenize token_index num_tokens oauth cwd stopwords password_field authors passport compassion surpass
keyword keypad hotkey turkey whiskey donkey kw pwm spawned session_timeout session_start unauthorized authenticate
url_pat patch pattern
"""


@pytest.mark.parametrize("name", SECRET.split())
def test_names_of_secrets(name: str) -> None:
    """A secret's name is known in any case, with any prefix and suffix."""
    assert kind_of_name(name) in {HARD, SOFT}


@pytest.mark.parametrize("name", ORDINARY.split())
def test_names_of_ordinary_values(name: str) -> None:
    """Words that only look alike, and names of what is about a secret, are not."""
    assert "" == kind_of_name(name)


@pytest.mark.parametrize("name", ["key", "keys", "some_key", "signature", "api"])
def test_names_of_both(name: str) -> None:
    """Names of mostly ordinary values are a kind of their own."""
    assert WEAK == kind_of_name(name)


def test_a_text_is_no_name() -> None:
    """What is too long for a name is not read as one."""
    assert "" == kind_of_name("the password " * 20)

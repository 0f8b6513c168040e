"""Settings that contradict each other or the world outside: each is caused here, and `shoplink doctor` and the start name it."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.conf import settings

from shoplink.cli.doctor.contradictions import KNOWN
from tests import forked, mailbox, server
from tests.cli.test_doctor import doctor, found
from tests.server import SHOPLINK, free_port
from tests.traceability import ROOT
from tests.web.provider import provider

NAME = "links.example.com"
RIGHT = {
    "SHOPLINK_PUBLIC_URL": f"https://{NAME}",
    "SHOPLINK_ALLOWED_HOSTS": f"{NAME},localhost",
    "SHOPLINK_PROXIES": "1",
}
OIDC = {"SHOPLINK_OIDC_CLIENT_ID": "shoplink", "SHOPLINK_OIDC_CLIENT_SECRET": "secret"}
KEYS = (
    "of-the-tests-a7Kd0R8aQmZk5LhYvJ2cNs7UeBp4FiOo9MXwDl",
    "of-the-tests-tGx3Wd0R8aQmZk5LhYvJ2cNs7UeBp4FiOo9MXwDl",
)
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_settings_that_fit_together_are_no_problem(database: str) -> None:
    status, said = found(database, **RIGHT)
    assert (status, said["wrong"]) == (0, [])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"SHOPLINK_ALLOWED_HOSTS": "links.example.org"},
            "the host of SHOPLINK_PUBLIC_URL, 'links.example.com', is not in SHOPLINK_ALLOWED_HOSTS: ",
        ),
        (
            {"SHOPLINK_ALLOWED_HOSTS": f"{NAME},https://{NAME}"},
            f"SHOPLINK_ALLOWED_HOSTS holds 'https://{NAME}', which no request has: ",
        ),
        (
            {"SHOPLINK_ALLOWED_HOSTS": f"{NAME},{NAME}:8000"},
            f"SHOPLINK_ALLOWED_HOSTS holds '{NAME}:8000', which no request has: ",
        ),
        ({"SHOPLINK_PUBLIC_URL": f"http://{NAME}"}, "SHOPLINK_PUBLIC_URL has http:// but "),
        ({"SHOPLINK_PROXIES": "0"}, "SHOPLINK_PUBLIC_URL has https:// but SHOPLINK_PROXIES is 0"),
        (
            {"SHOPLINK_COUNTRY_HEADER": "bad header"},
            "SHOPLINK_COUNTRY_HEADER is 'bad header', which is no name",
        ),
        (
            {
                "SHOPLINK_COUNTRY_HEADER": "CF-IPCountry",
                "SHOPLINK_PROXIES": "0",
                "SHOPLINK_PUBLIC_URL": "http://localhost",
            },
            "SHOPLINK_COUNTRY_HEADER is 'CF-IPCountry' but SHOPLINK_PROXIES is 0",
        ),
        (
            {"SHOPLINK_OICD_ISSUER": "https://sso.example.com"},
            "SHOPLINK_OICD_ISSUER is no setting, and is ignored; did you mean SHOPLINK_OIDC_ISSUER?",
        ),
        (
            {"SHOPLINK_SMTPURL": "smtp://secret"},
            "SHOPLINK_SMTPURL is no setting, and is ignored; did you mean SHOPLINK_SMTP_URL?",
        ),
        (
            {"SHOPLINK_MAIL": "mei@example.com"},
            "SHOPLINK_MAIL is no setting, and is ignored; did you mean SHOPLINK_MAIL_FROM?",
        ),
    ],
    ids=lambda each: "+".join(each) if isinstance(each, dict) else "",
)
def test_a_contradiction_is_named(database: str, changed: dict[str, str], said: str) -> None:
    _, answer = found(database, **{**RIGHT, **changed})
    mine = [sentence for sentence in answer["wrong"] if sentence.startswith(said)]
    assert len(mine) == 1, answer["wrong"]
    assert not {"smtp://secret", "mei@example.com"} & set(mine[0].split())


def test_a_name_of_another_program_is_left_alone(database: str) -> None:
    assert found(database, **RIGHT, SHOPLINK_HOST=NAME, SHOPLINK_UPSTREAM="127.0.0.1:8000")[1]["wrong"] == []


def test_a_trial_without_tls_may_be_meant(database: str) -> None:
    meant = {**RIGHT, "SHOPLINK_PUBLIC_URL": f"http://{NAME}", "SHOPLINK_INSECURE_COOKIES": "1"}
    assert found(database, **meant)[0] == 0


def test_the_names_that_are_known_are_those_of_the_reference(database: str) -> None:  # noqa: ARG001 (of all tests here)
    page = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(SHOPLINK_\w+)` \|", page, re.MULTILINE)) == KNOWN


def test_the_start_warns_and_goes_on(database: str, tmp_path: Path) -> None:
    environment = {**os.environ, "SHOPLINK_DATABASE_URL": database, "SHOPLINK_HOME": str(tmp_path), **RIGHT}
    environment |= {"SHOPLINK_PROXIES": "0", "SHOPLINK_OICD_ISSUER": "https://sso.example.com"}
    process = subprocess.Popen(
        [SHOPLINK, "serve", "--port", str(free_port())],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        said += line
        if "shoplink serves on" in line:
            break
    server.stop(process)  # type: ignore[arg-type]
    process.stderr.close()
    assert "WARNING: SHOPLINK_OICD_ISSUER is no setting" in said
    assert "WARNING: SHOPLINK_PUBLIC_URL has https:// but SHOPLINK_PROXIES is 0" in said
    assert "shoplink serves on" in said


def test_another_secret_key_than_the_last_is_named_until_a_start_takes_it(
    database: str, tmp_path: Path
) -> None:
    def migrated(**environment: str) -> str:
        sets = {
            **os.environ,
            "SHOPLINK_DATABASE_URL": database,
            "SHOPLINK_HOME": str(tmp_path),
            **environment,
        }
        done = forked.run_text(["migrate"], sets)
        assert done.returncode == 0
        return done.stderr

    first, another = ({"SHOPLINK_SECRET_KEY": key} for key in KEYS)
    assert migrated(**first) == ""
    assert found(database, **first)[0] == 0
    (wrong,) = found(database, **another)[1]["wrong"]
    assert wrong.startswith("SHOPLINK_SECRET_KEY is another than the service was started with last: ")
    assert KEYS[1] not in wrong
    assert found(database, **another, SHOPLINK_SECRET_KEY_FALLBACKS=KEYS[0])[0] == 0
    assert migrated(**another).startswith("WARNING: SHOPLINK_SECRET_KEY is another ")
    assert found(database, **another)[0] == 0
    assert found(database, **first)[0] == 1
    assert migrated(**first, SHOPLINK_SECRET_KEY_FALLBACKS=KEYS[1]) == ""
    assert found(database, **first)[0] == 0


def test_a_log_that_does_not_shrink_is_named(database: str) -> None:
    log = Path(database.removeprefix("sqlite:///") + "-wal")
    with log.open("ab") as file:
        file.truncate(300 << 20)  # takes no room
    status, said = found(database)
    log.unlink()
    assert (status, said["wal_bytes"]) == (1, 300 << 20)
    assert said["wrong"][0].startswith("the write-ahead log of the SQLite file has 300 MiB: ")


def tried(database: str, *options: str, **environment: str) -> str:
    return doctor(database, "--try", *options, **{**RIGHT, **environment}).stdout


def test_a_mail_server_is_greeted_and_takes_a_test(database: str) -> None:
    with mailbox.receiving() as letters:
        address = {"SHOPLINK_SMTP_URL": f"smtp://127.0.0.1:{settings.EMAIL_PORT}"}
        assert f"127.0.0.1:{settings.EMAIL_PORT} answers\nsign in provider" in tried(database, **address)
        assert letters.letters == []
        said = tried(database, "--mail-to", "mei@example.com", **address)
        assert said.endswith("no problems\n")
        assert (
            letters.text("mei@example.com").replace("\r", "")
            == f"The e-mail settings of https://{NAME} work.\n"
        )
        secure = {"SHOPLINK_SMTP_URL": f"smtp+starttls://mei:secret@127.0.0.1:{settings.EMAIL_PORT}"}
        assert "does not offer what is asked of it (STARTTLS, or signing in)" in tried(database, **secure)
        signing_in = {"SHOPLINK_SMTP_URL": f"smtp://mei:secret@127.0.0.1:{settings.EMAIL_PORT}"}
        assert "does not offer what is asked of it (STARTTLS, or signing in)" in tried(database, **signing_in)
        letters.refusing = True
        said = tried(database, "--mail-to", "mei@example.com", **address)
        assert "takes no e-mail from SHOPLINK_MAIL_FROM to this address (451)" in said


def test_a_mail_server_that_is_not_there_is_named(database: str) -> None:
    port = free_port()
    said = tried(database, SHOPLINK_SMTP_URL=f"smtp://127.0.0.1:{port}")
    assert f"PROBLEM: SHOPLINK_SMTP_URL: 127.0.0.1:{port} cannot be reached (Connection refused)\n" in said
    assert (
        "SHOPLINK_SMTP_URL"
        not in doctor(database, **RIGHT, SHOPLINK_SMTP_URL=f"smtp://127.0.0.1:{port}").stdout
    )
    assert "--mail-to has no effect" in tried(database, "--mail-to", "mei@example.com")


@contextmanager
def answering(status: int, body: bytes) -> Iterator[str]:
    """A provider that answers anything with this."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=httpd.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{httpd.server_port}"
    finally:
        httpd.shutdown()
        httpd.server_close()


def test_a_provider_is_asked_for_its_addresses(database: str) -> None:
    with provider() as right:
        said = tried(database, SHOPLINK_OIDC_ISSUER=right.issuer, **OIDC)
    assert f"{right.issuer} answers\n" in said
    assert said.endswith("no problems\n")


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (404, b"{}", "/.well-known/openid-configuration is answered with 404"),
        (200, b"<html>", "/.well-known/openid-configuration is no JSON"),
        (200, b'{"issuer": "https://else.example"}', "but the provider calls itself 'https://else.example'"),
        (200, b"[]", "but the provider calls itself None"),
    ],
)
def test_what_is_no_provider_is_named(database: str, status: int, body: bytes, said: str) -> None:
    with answering(status, body) as issuer:
        answer = tried(database, SHOPLINK_OIDC_ISSUER=issuer, **OIDC)
    assert "PROBLEM: SHOPLINK_OIDC_ISSUER: " in answer
    assert said in answer


def test_a_provider_that_is_not_there_is_named(database: str) -> None:
    issuer = f"http://127.0.0.1:{free_port()}"
    said = tried(database, SHOPLINK_OIDC_ISSUER=issuer, **OIDC)
    assert f"SHOPLINK_OIDC_ISSUER: {issuer} cannot be reached (ConnectionError)" in said

"""The settings of e-mail are read from one address, and what is wrong in them is named without its secrets."""

import pytest

from shoplink.config.mail import checked_public_url, mail_settings

PUBLIC = "https://links.example.com"


def test_without_an_smtp_address_no_mail_is_sent() -> None:
    assert mail_settings("", "", "").host == ""
    assert mail_settings("", "", "").backend == "dummy"


@pytest.mark.parametrize(
    ("url", "port", "tls", "ssl"),
    [
        ("smtp://mail.example.com", 25, False, False),
        ("smtp+starttls://me:p%40ss@mail.example.com", 587, True, False),
        ("smtps://me:p%40ss@mail.example.com", 465, False, True),
        ("smtps://me:p%40ss@mail.example.com:2465", 2465, False, True),
    ],
)
def test_the_kind_of_the_address_says_how_it_is_encrypted(
    url: str, port: int, *, tls: bool, ssl: bool
) -> None:
    found = mail_settings(url, "", PUBLIC)
    assert (found.host, found.port) == ("mail.example.com", port)
    assert (found.starttls, found.tls) == (tls, ssl)
    assert found.password == ("p@ss" if "me:" in url else "")
    assert found.sender == "shoplink@links.example.com"
    assert mail_settings(url, "Links <x@example.com>", PUBLIC).sender == "Links <x@example.com>"


@pytest.mark.parametrize(
    "url",
    [
        "http://me:secret@mail.example.com",
        "smtp://",
        "mail.example.com",
        "smtp://h/path",
        "smtp://h?x=secret",
        "smtp://h:port",
    ],
)
def test_an_address_that_is_none_is_named_and_its_password_is_not_repeated(url: str) -> None:
    with pytest.raises(
        ValueError, match=r"SHOPLINK_SMTP_URL: found a .* address; allowed: smtp://host"
    ) as said:
        mail_settings(url, "", PUBLIC)
    assert "secret" not in str(said.value)


def test_with_an_smtp_address_there_has_to_be_an_address_for_the_links() -> None:
    with pytest.raises(ValueError, match="SHOPLINK_PUBLIC_URL: found nothing"):
        mail_settings("smtp://mail.example.com", "", "")


@pytest.mark.parametrize(
    "text", ["links.example.com", "ftp://h", "https://", "https://h/path", "https://h?x=1"]
)
def test_a_public_address_is_a_host_alone(text: str) -> None:
    with pytest.raises(ValueError, match="SHOPLINK_PUBLIC_URL: found"):
        checked_public_url(text)


def test_a_public_address_ends_without_a_slash() -> None:
    assert checked_public_url("https://h:8443/") == "https://h:8443"
    assert checked_public_url("") == "http://localhost:8000"

"""Names in e-mails: quoted, short, and no addresses."""

import pytest

from shoplink.wording import language_for
from shoplink.wording.names import name_in_message


@pytest.mark.parametrize(
    ("name", "en", "zh"),
    [
        ("Tea House", "“Tea House”", "「Tea House」"),
        ("mei.lin_1", "“mei.lin_1”", "「mei.lin_1」"),
        ("Hill & Harbour Tea / 山海", "“Hill & Harbour Tea / 山海”", "「Hill & Harbour Tea / 山海」"),
        ("x" * 40, f"“{'x' * 40}”", f"「{'x' * 40}」"),
        ("x" * 41, f"“{'x' * 39}…”", f"「{'x' * 39}…」"),
        ("Tea\r\nBcc: a@b.example\u202e", "“Tea Bcc: a@b.example”", "「Tea Bcc: a@b.example」"),
        ("", "S1", "S1"),
        ("\u200b", "S1", "S1"),
        ("verify at https://evil.example/login", "S1", "S1"),
        ("HTTP://EVIL", "S1", "S1"),
        ("ｗｗｗ．evil", "S1", "S1"),
        ("go to evil.example/login", "S1", "S1"),
        ("x" * 60 + " evil.example/", "S1", "S1"),
    ],
)
def test_a_name_in_an_e_mail_is_quoted_short_and_no_address(name: str, en: str, zh: str) -> None:
    assert name_in_message(name, "S1", language_for("en")) == en
    assert name_in_message(name, "S1", language_for("zh")) == zh

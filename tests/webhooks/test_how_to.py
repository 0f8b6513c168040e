"""What the how-to shows takes a real message, once, and no forged one."""

import re
from typing import Any

import pytest

from tests.traceability import ROOT
from tests.webhooks.receiver import Receiver
from tests.webhooks.world import endpoint, record, send

PAGE = ROOT / "docs" / "how-to" / "receive-webhooks.md"


@pytest.mark.usefixtures("database", "reachable")
def test_the_receiver_of_the_how_to(receiver: Receiver, capsys: pytest.CaptureFixture[str]) -> None:
    (block,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    shown: dict[str, Any] = {}
    exec(block, shown)  # noqa: S102 (this repository's own page)
    _, shown["SECRET"] = endpoint(receiver.url)
    record("S")
    send()
    (got,) = receiver.got
    assert shown["take"](got.headers, got.body) == 204
    assert capsys.readouterr().out == "shop.recorded 1\n"
    assert shown["take"](got.headers, got.body) == 204
    assert capsys.readouterr().out == ""
    assert shown["take"](got.headers, got.body.replace(b'"S"', b'"T"')) == 401

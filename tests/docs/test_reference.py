"""The reference pages name what there is, and nothing that there is not."""

import re

from tests.docs.command_line import page
from tests.traceability import ROOT

SETTING = re.compile(r"\bSHOPLINK_[A-Z_]+\b")
SETTINGS_PAGE = ROOT / "docs" / "reference" / "settings.md"
OF_THE_PROGRAM_ITSELF = {"SHOPLINK_DELIVERING", "SHOPLINK_SERVED", "SHOPLINK_THREADS", "SHOPLINK_WORKERS"}
"""What one process of the service tells another."""


def test_every_setting_that_the_code_reads_is_on_its_page_and_no_other() -> None:
    read = {
        name
        for path in (ROOT / "src").rglob("*.py")
        for name in SETTING.findall(path.read_text(encoding="utf-8"))
    }
    listed = set(
        re.findall(r"^\| `(SHOPLINK_[A-Z_]+)`", SETTINGS_PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert listed == read - OF_THE_PROGRAM_ITSELF


def test_every_command_has_an_example_and_its_statuses_on_the_page() -> None:
    sections = re.split(r"^## ", page(), flags=re.MULTILINE)[1:]
    names = [section.partition("`\n")[0].strip("`") for section in sections]
    assert len(names) >= 14
    for name, section in zip(names, sections, strict=True):
        assert re.search(rf"^ +(\S+=\S+ |cat .*\| |KEY=\$\()*{name}", section, re.MULTILINE), name
        assert "Exit status: 0" in section, name

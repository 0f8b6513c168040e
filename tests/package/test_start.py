"""How `shoplink` starts: what it loads, and what it says of parts that are missing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.server import SHOPLINK
from tests.traceability import ROOT

LOADED = "import sys, shoplink.__main__ as m\ntry: m.main({!r}.split())\nfinally: print('\\n', *sys.modules, file=sys.stderr)"
OF_THE_DATABASE = {"django", "msgspec", "babel", "shoplink.wording", "shoplink.core", "shoplink.flows"}
OF_REQUESTS = {"granian", "requests", "allauth.socialaccount.providers.tiktok.provider"}
OF_ORDERS = {"duckdb", "ibis", "pyarrow", "pandas", "numpy"}


def loaded(command: str, home: Path) -> set[str]:
    """The modules that a command has loaded by its end."""
    ended = subprocess.run(
        [sys.executable, "-c", LOADED.format(command)],
        env={**os.environ, "SHOPLINK_HOME": str(home), "SHOPLINK_DATABASE_URL": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    modules = set(ended.stderr.split())
    assert "shoplink.cli" in modules, ended.stderr
    return modules


@pytest.mark.parametrize(
    ("command", "unneeded"),
    [
        ("--version", OF_THE_DATABASE | OF_REQUESTS | OF_ORDERS),
        ("doctor", OF_REQUESTS | OF_ORDERS),
        ("attribute --help", OF_REQUESTS | OF_ORDERS),
    ],
)
def test_a_command_loads_nothing_that_it_does_not_need(
    command: str, unneeded: set[str], tmp_path: Path
) -> None:
    assert not loaded(command, tmp_path) & unneeded


def test_what_a_command_needs_is_seen_to_be_loaded(tmp_path: Path) -> None:
    """Else the test above could not fail."""
    assert {"django", "shoplink.flows"} < loaded("demo", tmp_path)
    assert "granian" in loaded("serve --help", tmp_path)


def test_without_its_parts_the_service_does_not_start_and_doctor_says_why(tmp_path: Path) -> None:
    """A checkout in which nothing was built: `python -m shoplink` there says what to run."""
    shutil.copytree(
        ROOT / "src" / "shoplink",
        tmp_path / "shoplink",
        ignore=shutil.ignore_patterns("built", "*.mo", "__pycache__"),
    )
    environment = {
        **os.environ,
        "PYTHONPATH": str(tmp_path),
        "SHOPLINK_HOME": str(tmp_path / "home"),
        "SHOPLINK_DATABASE_URL": "",
    }

    def said(*command: str, status: int) -> str:
        ended = subprocess.run(
            [sys.executable, "-m", "shoplink", *command],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == status, ended.stdout + ended.stderr
        return ended.stdout + ended.stderr

    styles = "the styles and scripts of the pages are not built; run `make assets`\n"
    chinese = "the Chinese of the pages is not compiled; run `make assets`\n"
    assert said("serve", status=2) == styles + chinese
    said("migrate", status=0)
    assert f"PROBLEM: {styles}PROBLEM: {chinese}" in said("doctor", status=1)


@pytest.mark.parametrize(
    ("proxies", "believed"),
    [
        ("0", "None __Host-session __Host-csrftoken 31536000"),
        ("1", "('HTTP_X_FORWARDED_PROTO', 'https') __Host-session __Host-csrftoken 31536000"),
    ],
)
def test_only_a_proxy_of_the_operators_own_says_that_tls_is_there(
    proxies: str, believed: str, tmp_path: Path
) -> None:
    asked = (
        "from shoplink.config import settings;"
        " print(settings.SECURE_PROXY_SSL_HEADER, settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME,"
        " settings.SECURE_HSTS_SECONDS)"
    )
    environment = {
        **os.environ,
        "SHOPLINK_PROXIES": proxies,
        "SHOPLINK_ALLOWED_HOSTS": "links.example.com",
        "SHOPLINK_HOME": str(tmp_path),
    }
    assert (
        subprocess.check_output([sys.executable, "-c", asked], env=environment, text=True).strip() == believed
    )


def test_a_command_that_is_none_is_status_2() -> None:
    ended = subprocess.run([SHOPLINK, "doctr"], capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "No such command 'doctr'" in ended.stderr

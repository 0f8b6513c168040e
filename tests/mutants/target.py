"""What is tried: files of the code, and the tests that should notice a fault in them."""

from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]

_CORE = ("tests/core", "tests/oracle")
_WORDING = ("tests/wording", "tests/tidy/test_tidy.py::test_a_generated_page_is_up_to_date")
_SQLITE = ("--database", "sqlite")
_PERMISSIONS = ("tests/web/test_permissions.py", *_SQLITE)
_WEB = ("tests/web", *_SQLITE)
_API = ("tests/api/test_links.py", "tests/api/test_idempotency.py", *_SQLITE)
_STORE = ("tests/store", *_SQLITE)
_FLOWS = ("tests/flows", *_SQLITE)
_STALE = ("tests/web/test_stale_forms.py", "tests/api/test_preconditions.py", *_SQLITE)
_ORDERS = ("tests/attribution/test_judgement.py", "tests/api/test_attributions.py", *_SQLITE)
_STATEMENTS = ("tests/statements", "tests/flows/test_periods.py", *_SQLITE)
_TICKETS = ("tests/tickets", *_SQLITE)
_POSTGRESQL = ("tests/store", "--database", "postgresql")

Stage = tuple[str, ...]
"""pytest's arguments."""


class Target(NamedTuple):
    """Files (a pattern) and the stages that try them: the next one is for what survives the one before."""

    files: str
    stages: tuple[Stage, ...]


TARGETS = (
    Target("src/shoplink/core/*.py", (_CORE, _STORE)),
    Target("src/shoplink/core/decisions/*.py", (_CORE, _STORE)),
    Target("src/shoplink/core/commerce/*.py", (_CORE, _STORE)),
    Target("src/shoplink/core/ticket/*.py", (_CORE, _TICKETS)),
    Target("src/shoplink/core/people/*.py", (_CORE, _FLOWS)),
    Target("src/shoplink/core/values/*.py", (_CORE, _FLOWS)),
    Target("src/shoplink/core/precondition/*.py", (_STALE,)),
    Target("src/shoplink/core/commission/*.py", (_CORE, _ORDERS, _STATEMENTS)),
    Target("src/shoplink/core/mirror/*.py", (_CORE, _STORE)),
    Target("src/shoplink/store/write/*.py", (_STORE, _FLOWS, _POSTGRESQL)),
    Target("src/shoplink/flows/execute.py", (_STORE, _API, _FLOWS, _POSTGRESQL)),
    Target("src/shoplink/web/request/access.py", (_PERMISSIONS, _WEB)),
    Target("src/shoplink/wording/*.py", (_WORDING,)),
)


def stages_of(file: str) -> tuple[Stage, ...]:
    """The stages that try a file."""
    for target in TARGETS:
        if Path(file).match(target.files):
            return target.stages
    raise SystemExit(f"no tests are named for {file} (tests/mutants/target.py)")


def all_files() -> list[str]:
    """Every file that is tried, from the root."""
    return [str(path.relative_to(ROOT)) for target in TARGETS for path in sorted(ROOT.glob(target.files))]

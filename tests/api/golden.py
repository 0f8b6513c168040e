"""The OpenAPI document as it is promised, a file per path and one for what they share.

`python -m tests.api.golden` writes the files; a test holds that they are up to date.
"""

import json
from pathlib import Path
from typing import Any

import tests.conftest  # noqa: F401 (sets Django up)

FOLDER = Path(__file__).parent / "openapi"


def document() -> dict[str, Any]:
    """The document as the code makes it."""
    from shoplink.api import v1  # noqa: PLC0415 (only with settings in place)

    return v1.document()


def files() -> dict[str, str]:
    """Per file name its text: a path's operations, or `document` with all that belongs to no path."""
    rest = document()
    paths = rest["paths"]
    return {
        "document.json": _text({**rest, "paths": [*paths]}),
        **{_name_of(path): _text(operations) for path, operations in paths.items()},
    }


def written() -> dict[str, str]:
    """The same as the files are now."""
    return {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}


def _name_of(path: str) -> str:
    """The file of a path: `/v1/links/{link_id}/accept` is in `links.{link_id}.accept.json`."""
    return path.removeprefix("/v1/").replace("/", ".") + ".json"


def _text(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name in written().keys() - files().keys():
        (FOLDER / name).unlink()
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")

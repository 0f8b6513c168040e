"""The OpenAPI document as it is promised. `python -m tests.api.golden` writes it; a test holds that it is up to date."""

import json
from pathlib import Path

import tests.conftest  # noqa: F401 (sets Django up)

PATH = Path(__file__).parent / "openapi.golden.json"


def document() -> str:
    """The document as the code makes it."""
    from shoplink.api.v1 import api  # noqa: PLC0415 (only with settings in place)

    return json.dumps(api.get_openapi_schema(path_prefix="/v1/"), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(document(), encoding="utf-8")

"""Where the files of a run are: a folder of its own, with the orders under the name that the person gave them."""

import shutil
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from shoplink.flows.commission.statement.folder import file_name

JUDGED, REJECTS, LEFT_OUT = "judged.csv", "judged.rejects.csv", "judged.left-out.csv"
LINKS, HANDLES, MAPPING = "links.csv", "handles.csv", "mapping.toml"
STATEMENT = "statement"

_NAME_MAX = 80
_OWN = frozenset({JUDGED, REJECTS, LEFT_OUT, LINKS, HANDLES, MAPPING, STATEMENT})


def folder_of(run_id: str) -> Path:
    """The folder of a run."""
    return Path(settings.ORDERS_FOLDER) / run_id


def closings_of(shop_id: str) -> Path:
    """The folder with the record of a shop's closed periods, which is kept for good."""
    return Path(settings.ORDERS_FOLDER) / "closed" / file_name(shop_id)


def safe_name(name: str) -> str:
    """A file name as somebody gave it, without what a file system or a command line could take for something else."""
    plain = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    kept = (
        "".join(each if each.isalnum() or each in "-_. ()" else "_" for each in plain)
        .lstrip("-. ")
        .rstrip(". ")
    )
    stem, dot, ending = kept.rpartition(".")
    short = (
        f"{stem[: _NAME_MAX - len(ending)]}{dot}{ending}"
        if dot and len(ending) < _NAME_MAX
        else kept[:_NAME_MAX]
    )
    return f"orders {short}".strip() if not short or short in _OWN else short


def keep(run_id: str, name: str, pieces: Iterable[bytes]) -> int:
    """Store the file of a new run; returns its size in bytes. Raises OSError, and then nothing is kept."""
    folder, size = folder_of(run_id), 0
    folder.mkdir(parents=True, mode=0o700)
    try:
        with (folder / name).open("wb") as file:
            for piece in pieces:
                size += file.write(piece)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return size


def remove(run_id: str) -> None:
    """Remove the files of a run."""
    shutil.rmtree(folder_of(run_id), ignore_errors=True)

"""The files that a name of orders means: what is in a folder, what kind a file is by its content, and packed files unpacked."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from shoplink.attribution.engine import Form
from shoplink.attribution.row_rules import MappingError

_TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls")
_PACKED = {".gz": "gzip", ".zst": "zstd"}
_MAGIC = {"gzip": b"\x1f\x8b", "zstd": b"\x28\xb5\x2f\xfd"}
_PARQUET = b"PAR1"
_HEAD_BYTES = 4


def form_of(files: Sequence[str]) -> Form:
    """The format of files, by their content if they can be seen, else by their names. Raises MappingError if they differ."""
    forms = {_form_of(file) for file in files}
    if len(forms) > 1:
        raise MappingError(f"found CSV and Parquet among {', '.join(files)}; expected one of them in one run")
    return forms.pop()


def parts_of(files: Sequence[str]) -> list[str]:
    """The files, with the tables in folders of tables. A folder of Parquet stays, because engines read it themselves."""
    return [part for file in files for part in (_tables_in(file) or [file])]


def _tables_in(file: str) -> list[str]:
    folder = Path(file)
    if "://" in file or not folder.is_dir() or any(folder.rglob("*.parquet")):
        return []
    return [str(path) for path in sorted(folder.rglob("*")) if path.is_file() and _is_table(path.name)]


def _is_table(name: str) -> bool:
    path = Path(name.lower())
    own = path.stem if path.suffix in _PACKED else path.name
    return not path.name.startswith((".", "_")) and Path(own).suffix in _TABLES


def _form_of(file: str) -> Form:
    path = Path(file)
    if "://" not in file and path.is_file():
        with path.open("rb") as stream:
            return "parquet" if stream.read(_HEAD_BYTES) == _PARQUET else "csv"
    return "csv" if _is_table(path.name) or _tables_in(file) else "parquet"


@contextmanager
def opened(path: Path, work: Path | None = None) -> Iterator[BinaryIO]:
    """Open a file that may be packed with gzip or zstd; its content can be read more than once.

    It is unpacked into a file in the folder `work` that nobody sees. Raises OSError, MappingError.
    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
        stream.seek(0)
        codec = next((codec for codec, magic in _MAGIC.items() if head.startswith(magic)), None)
        if codec is None:
            yield stream
            return
        with tempfile.TemporaryFile(dir=work) as unpacked:
            try:
                with pa.CompressedInputStream(stream, codec) as content:
                    shutil.copyfileobj(content, unpacked, 1 << 20)
            except (pa.ArrowException, EOFError, OSError) as error:
                if isinstance(error, OSError) and error.errno is not None:
                    raise
                raise MappingError(f"{path}: this {codec} file is damaged; pack it anew") from None
            yield unpacked


def not_parquet(files: Sequence[str]) -> str:
    """What to say of files that an engine cannot read as Parquet; it names the first that does not end as Parquet does."""
    for file in files:
        path = Path(file)
        if "://" in file or not path.is_file():
            continue
        with path.open("rb") as stream:
            stream.seek(max(path.stat().st_size - _HEAD_BYTES, 0))
            if stream.read(_HEAD_BYTES) != _PARQUET:
                return f"{file}: this Parquet file is not complete; write or copy it anew"
    return f"{', '.join(files)}: not Parquet, or damaged; write or copy it anew"

"""What a file is, by its first bytes and whatever its name says: text that may be CSV, an Excel workbook, or no table."""

import codecs
import zipfile
from typing import BinaryIO, Literal

from shoplink.table.error import TableError

Kind = Literal["text", "workbook"]

HEAD_BYTES = 4_096

_ZIP = b"PK\x03\x04"
_WORKBOOK_PART = "xl/workbook.xml"
_SAVE_AS = ("save it as .xlsx or as CSV UTF-8", "请另存为 .xlsx 或 CSV UTF-8")
_EXPORT = ("export the table as .xlsx or as CSV", "请将表格导出为 .xlsx 或 CSV")

_OTHERS: tuple[tuple[bytes, tuple[str, str], tuple[str, str]], ...] = (
    (b"%PDF-", ("a PDF", "PDF 文件"), _EXPORT),
    (
        b"\xd0\xcf\x11\xe0",
        ("an Excel workbook of the old kind (.xls)", "旧版 Excel 工作簿（.xls）"),
        _SAVE_AS,
    ),
    (b"\x89PNG", ("an image", "图片"), _EXPORT),
    (b"\xff\xd8\xff", ("an image", "图片"), _EXPORT),
    (b"GIF8", ("an image", "图片"), _EXPORT),
    (b"BM", ("an image", "图片"), _EXPORT),
    (b"PAR1", ("a Parquet file", "Parquet 文件"), _EXPORT),
    (b"\x1f\x8b", ("compressed (gzip)", "gzip 压缩文件"), ("unpack it first", "请先解压")),
    (b"\x28\xb5\x2f\xfd", ("compressed (zstd)", "zstd 压缩文件"), ("unpack it first", "请先解压")),
    (b"Rar!", ("compressed (rar)", "rar 压缩文件"), ("unpack it first", "请先解压")),
    (b"7z\xbc\xaf", ("compressed (7z)", "7z 压缩文件"), ("unpack it first", "请先解压")),
)
"""What begins a file of another kind; what it is and what to do, in English and Chinese."""

_MARKUP: tuple[tuple[bytes, tuple[str, str]], ...] = (
    (b"<!doctype html", ("a web page (HTML)", "网页（HTML）")),
    (b"<html", ("a web page (HTML)", "网页（HTML）")),
    (b"<table", ("a web page (HTML)", "网页（HTML）")),
    (b"<?xml", ("XML", "XML 文件")),
)


def kind_of(name: str, stream: BinaryIO) -> Kind:
    """What a file is by its content. Raises TableError, which names it, if it can be no table."""
    stream.seek(0)
    head = stream.read(HEAD_BYTES)
    if head.startswith(_ZIP):
        return _in_a_zip(name, stream)
    for start, (en, zh), remedy in _OTHERS:
        if head.startswith(start) and not (start == b"BM" and head.isascii()):
            raise _other(name, en, zh, remedy)
    words = head.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    for start, (en, zh) in _MARKUP:
        if words.startswith(start):
            raise _other(name, en, zh, _EXPORT)
    return "text"


def _in_a_zip(name: str, stream: BinaryIO) -> Kind:
    try:
        with zipfile.ZipFile(stream) as packed:
            parts = packed.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        parts = []
    if _WORKBOOK_PART in parts:
        return "workbook"
    if any(part.startswith("word/") for part in parts):
        raise _other(name, "a Word document", "Word 文档", _EXPORT)
    if "content.xml" in parts:
        raise _other(name, "an OpenDocument file", "OpenDocument 文件", _SAVE_AS)
    raise _other(name, "a zip archive", "zip 压缩包", ("unpack it first", "请先解压"))


def _other(name: str, en: str, zh: str, remedy: tuple[str, str]) -> TableError:
    between = " " if zh[0].isascii() else ""
    return TableError(name, f"this is {en}; {remedy[0]}", f"这是{between}{zh}；{remedy[1]}")

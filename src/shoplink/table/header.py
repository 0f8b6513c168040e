"""Headers of columns, however they are spelled."""

import re
from unicodedata import category, normalize

HANDLE_HEADERS = (
    "Username",
    "User name",
    "Creator",
    "Creator name",
    "Creator username",
    "Creator handle",
    "TikTok handle",
    "TikTok username",
    "账号名",
    "账号",
    "用户名",
    "达人",
    "达人名称",
    "达人昵称",
    "达人账号",
    "达人账号名",
    "达人账号名称",
    "达人用户名",
)
"""What else the column of handles is called, in the exports that creators come from."""


def plain_header(text: str) -> str:
    """A header for comparison: without case, spaces, underscores, full-width forms and invisible characters."""
    visible = "".join(char for char in normalize("NFKC", text) if category(char) not in ("Cf", "Cc"))
    return re.sub(r"[\s_-]", "", visible).casefold()

"""The error of a file that cannot be read as a table."""

from shoplink.wording.input_errors import Bilingual


class TableError(ValueError):
    """A file that cannot be read as a table. `said` is the sentence in both languages, with the name of the file."""

    def __init__(self, name: str, en: str, zh: str) -> None:
        """`name`: the file; `en` and `zh`: what was found and what is allowed."""
        self.said = Bilingual(f"{name}: {en}", f"{name}：{zh}")
        super().__init__(self.said.en)


class EncodingError(TableError):
    """A text file whose encoding is not told, and cannot be found out without guessing."""

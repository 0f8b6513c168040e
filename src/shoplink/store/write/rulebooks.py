"""The texts of the operator's own rulebooks, kept for ever."""

from shoplink.store.database.sql import execute, query


def texts() -> list[tuple[str, str, str]]:
    """Name, digest and text of every rulebook that was added, in the order added."""
    return [
        (name, digest, text)
        for name, digest, text in query("SELECT name, digest, text FROM rulebook ORDER BY added")
    ]


def keep_text(name: str, digest: str, text: str) -> bool:
    """Add a rulebook's text; whether it was new. A name that has another text keeps that one."""
    return (
        execute(
            "INSERT INTO rulebook (digest, name, text, added) SELECT %s, %s, %s,"
            " COALESCE((SELECT max(added) FROM rulebook), 0) + 1 WHERE true ON CONFLICT DO NOTHING",
            digest,
            name,
            text,
        )
        > 0
    )

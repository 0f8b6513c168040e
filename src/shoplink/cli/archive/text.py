"""What a backup holds, in words."""

from shoplink.flows.archive.file import Manifest

_NAMED = {
    "shop": "shops",
    "account": "accounts",
    "link": "links",
    "membership": "members",
    "ticket": "tickets",
    "message": "messages",
    "api_key": "API keys",
}


def say_contents(manifest: Manifest, size: int | None = None) -> str:
    """A line with the position, the instant, and how many rows of the main tables; `size` in bytes."""
    counts = ", ".join(f"{manifest.rows(table)} {name}" for table, name in _NAMED.items())
    more = f" and {manifest.unnumbered} without a position" if manifest.unnumbered else ""
    rows = sum(entry.rows for entry in manifest.tables)
    sizes = "" if size is None else f", {size} bytes"
    return (
        f"as of {manifest.made_at}: events up to position {manifest.position}{more}, {counts};"
        f" {rows} rows in {len(manifest.tables)} tables{sizes}"
    )

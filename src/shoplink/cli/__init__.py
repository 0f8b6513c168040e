"""The `shoplink` command, with one module for each subcommand. The work is done in `flows`."""

from importlib import import_module

import click

__all__ = ["main"]

_COMMANDS = (
    "apply",
    "attribute",
    "backup",
    "copy",
    "deliver",
    "demo",
    "doctor",
    "export",
    "keys",
    "migrate",
    "mirror",
    "people",
    "reconcile",
    "replay",
    "restore",
    "rulebook",
    "serve",
    "staff",
    "statement",
    "tick",
    "verify",
)
_MODULES = {
    "backup": "archive.backup",
    "copy": "archive.copy",
    "migrate": "serve",
    "restore": "archive.restore",
}
"""The modules of the subcommands that have no module of their own name."""


class _Commands(click.Group):
    """Imports a subcommand only when it is called, so that it does not load what others need."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's)
        """The names of all subcommands."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 (click's)
        """The subcommand with this name, or None."""
        if cmd_name not in _COMMANDS:
            return None
        module = import_module(f"shoplink.cli.{_MODULES.get(cmd_name, cmd_name)}")
        command: click.Command = getattr(module, cmd_name)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="shoplink")
def main() -> None:
    """Decide which shop and account may be linked, and explain every refusal."""

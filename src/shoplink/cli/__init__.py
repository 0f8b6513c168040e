"""The `shoplink` command: a thin sender of commands to the flows, one module per subcommand."""

from importlib import import_module

import click

__all__ = ["main"]

_COMMANDS = (
    "apply",
    "attribute",
    "deliver",
    "demo",
    "doctor",
    "export",
    "keys",
    "migrate",
    "people",
    "replay",
    "rulebook",
    "serve",
    "staff",
    "statement",
    "tick",
    "verify",
)
_BESIDE = {"migrate": "serve"}
"""The commands that share the module of another one; the rest stand in a module of their own name."""


class _Commands(click.Group):
    """Imports a subcommand when it is called: what another one needs costs this one nothing."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's)
        """By name."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 (click's)
        """The subcommand of this name; None where there is none."""
        if cmd_name not in _COMMANDS:
            return None
        module = import_module(f"shoplink.cli.{_BESIDE.get(cmd_name, cmd_name)}")
        command: click.Command = getattr(module, cmd_name)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="shoplink")
def main() -> None:
    """Decide who may link whom, and say why not."""

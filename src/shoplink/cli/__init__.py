"""The `shoplink` command: a thin sender of commands to the flows, one module per subcommand."""

import click

from shoplink.cli.replay import replay
from shoplink.cli.serve import migrate, serve

__all__ = ["main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="shoplink")
def main() -> None:
    """Decide who may link whom, and say why not."""


for command in (replay, serve, migrate):
    main.add_command(command)

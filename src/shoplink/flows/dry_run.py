"""Dry runs: decide commands as `execute` would now, without executing or storing anything."""

from collections.abc import Sequence

from msgspec.structs import replace

from shoplink.core import Command, World, step
from shoplink.core.decisions import Decision
from shoplink.flows.look import look
from shoplink.store.read.link import snapshot
from shoplink.store.write.load import LoadKeys


def dry_run_commands(commands: Sequence[Command]) -> list[Decision]:
    """The decision on each command, in order; earlier commands use up slots and quotas.

    One batch of these commands would be decided the same way now. The number of statements is fixed.
    """
    with snapshot():
        world = look(LoadKeys.of(commands)).world
    return decide_in(world, commands)


def decide_in(world: World, commands: Sequence[Command]) -> list[Decision]:
    """The decision on each command in a World that was read; afterwards the World is as they would leave it.

    About a shop that is decided elsewhere it is what the platform will most likely say (mirror.md section 1).
    """
    world.advises = True
    return [step(world, replace(command, at=world.now)).decision for command in commands]


def dry_run_command(command: Command) -> Decision:
    """The decision on one command."""
    return dry_run_commands([command])[0]

"""`shoplink` without group commit: each single command in a transaction of its own.

python -m benchmarks.write_path_alone serve …
"""

from shoplink.cli import main
from shoplink.flows.group_commit import Order, Together


def _alone(self: Together, order: Order) -> bool:
    self._do([order])
    return True


Together.__call__ = _alone  # type: ignore[method-assign]

if __name__ == "__main__":
    main()

"""`shoplink` without group commit: each single command in a transaction of its own.

python -m benchmarks.write_path_ungrouped serve …
"""

from shoplink.cli import main
from shoplink.flows.group_commit import GroupCommit, PendingBatch


def _execute_at_once(self: GroupCommit, batch: PendingBatch) -> bool:
    self._store([batch], patient=True)
    return True


GroupCommit.__call__ = _execute_at_once  # type: ignore[method-assign]

if __name__ == "__main__":
    main()

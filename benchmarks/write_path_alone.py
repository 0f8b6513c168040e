"""`shoplink` without group commit: each single command in a transaction of its own.

python -m benchmarks.write_path_alone serve …
"""

from shoplink.cli import main
from shoplink.flows.group_commit import GroupCommit, PendingBatch


def _alone(self: GroupCommit, batch: PendingBatch) -> bool:
    self._store([batch])
    return True


GroupCommit.__call__ = _alone  # type: ignore[method-assign]

if __name__ == "__main__":
    main()

"""What commands for files of orders share: the options of how a file is read, and what they say of a run."""

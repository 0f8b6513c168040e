"""A file is let in only with a permit of a page, is on disk while it is on its way, and a stranger's is not."""

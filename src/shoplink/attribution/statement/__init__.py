"""Statements of results, in columns: judged again, cut into periods, compared with what is closed, and summed."""

"""What every page has in common: its declaration, its frame, its assets, error pages, and tables as files."""

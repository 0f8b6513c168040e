"""All tables, row by row, as a backup holds them: which they are, how they are read, and how they are stored again."""

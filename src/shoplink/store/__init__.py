"""The only package that knows tables: it loads what a batch names, saves the results, and reads for pages."""

"""The only package that knows tables: loading what a batch touches, saving what it led to, reading for pages."""

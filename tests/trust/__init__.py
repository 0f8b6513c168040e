"""Trust in the whole: simulated worlds through the write path, and faults that must be noticed in them."""

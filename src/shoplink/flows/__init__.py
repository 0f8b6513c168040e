"""The imperative shell: each flow reads its input, asks the core and passes on the decision."""

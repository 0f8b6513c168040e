"""What a step was made from: the subjects that a precondition names, as values of the World."""

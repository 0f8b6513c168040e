"""The tests: each is named as the sentence that it proves."""

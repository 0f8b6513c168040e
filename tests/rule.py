"""The mark that ties a test to the rules of the guide that it proves: `@rule("R25")`."""

import pytest

rule = pytest.mark.rule

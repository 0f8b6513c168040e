"""Fast password hashing for tests; one test over a real service uses the real hash."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import override_settings

from shoplink.web.people.hashing import Bounded


class QuickHasher(Bounded, MD5PasswordHasher):
    """A fast hash, within the same bound as the real one."""


@pytest.fixture(autouse=True)
def quick_passwords() -> Iterator[None]:
    """A fast hash."""
    with override_settings(PASSWORD_HASHERS=["tests.web.conftest.QuickHasher"]):
        yield

"""Fast password hashing for tests; one test over a real service uses the real hash."""

from collections.abc import Iterator

import pytest
from django.test import override_settings


@pytest.fixture(autouse=True)
def quick_passwords() -> Iterator[None]:
    """A fast hash."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield

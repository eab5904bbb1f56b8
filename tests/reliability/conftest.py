"""A process that starts commands fast, and how much of each kind of damage is tried."""

import pytest
from starter import Starter


@pytest.fixture(scope="session")
def starter():
    with Starter() as process:
        assert process.run(["routes"]).code == 0
        yield process


@pytest.fixture(params=["once", pytest.param("many", marks=pytest.mark.long)])
def many(request):
    """Whether much is tried by chance, and not every kind once."""
    return request.param == "many"

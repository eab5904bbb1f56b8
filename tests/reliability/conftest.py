"""A process that starts commands fast; the helpers of tests/overpass are wanted here too."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path += [str(HERE), str(HERE.parent / "overpass")]


@pytest.fixture(scope="session")
def starter():
    from starter import Starter

    with Starter() as process:
        assert process.run(["routes"]).code == 0
        yield process

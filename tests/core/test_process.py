"""A second process: what it is sent is read when it is sent."""

from __future__ import annotations

import pickle

import pytest

from geo.core import second_process


def test_what_is_sent_is_read_at_once():
    """Not later by a thread, while this process goes on to change what it has sent."""
    with second_process(process=True) as submit:
        with pytest.raises((pickle.PicklingError, AttributeError)):
            submit(len, lambda: 0)
        assert submit(len, [1, 2])() == 2

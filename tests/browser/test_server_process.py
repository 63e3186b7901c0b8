"""Servers of tests start quickly while what they need is loaded before: a name that is gone would be passed over."""

from importlib.util import find_spec

import pytest
from server_process import LIBRARIES, LIBRARY


@pytest.mark.parametrize("name", [*LIBRARIES, *LIBRARY])
def test_what_is_loaded_before_the_fork_is_there(name):
    assert find_spec(name)

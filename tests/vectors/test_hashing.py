import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matcher.vectors.hashing import GOLDEN_GAMMA, hash_numbers, mix_bits

numbers = st.integers(0, 2**64 - 1)


def mixed(number: int) -> int:
    """The published function, in whole numbers."""
    number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) % 2**64
    number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) % 2**64
    return number ^ (number >> 31)


@given(st.lists(numbers, min_size=1, max_size=20))
def test_bits_are_mixed_as_published(values):
    array = np.array(values, dtype=np.uint64)
    assert mix_bits(array).tolist() == [mixed(value) for value in values]
    gamma = int(GOLDEN_GAMMA)
    assert hash_numbers(array).tolist() == [mixed((value + 1) * gamma % 2**64) for value in values]


def test_the_generators_first_numbers_are_those_of_its_authors():
    """SplitMix64 from seed 0, whose state grows by the golden gamma before each number."""
    assert hash_numbers(np.arange(3, dtype=np.uint64)).tolist() == [
        0xE220A8397B1DCDAF,
        0x6E789E6AA1B965F4,
        0x06C45D188009454F,
    ]


def test_counting_numbers_share_no_hash():
    assert len(np.unique(hash_numbers(np.arange(100_000, dtype=np.uint64)))) == 100_000

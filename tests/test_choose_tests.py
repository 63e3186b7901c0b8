"""What `make check` runs for a change: the nearest tests first, and no more than there is time for."""

from pathlib import Path

import choose_tests
import pytest
from choose_tests import ROOT, nearest_tests, sources, users, within


@pytest.fixture(scope="module")
def by_file() -> dict[Path, set[Path]]:
    return users(sources())


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ("matcher/storage/database.py", "tests/storage/test_database.py"),
        ("matcher/matching/recipe.py", "tests/matching/test_recipe.py"),
        ("pages/encoders.py", "tests/pages/test_pages_encoders.py"),
        ("pages/_shared/escape.py", "tests/pages/test_escape.py"),
        ("assets/characterbert/make/stages.py", "tests/assets/test_characterbert_make.py"),
        ("assets/cards.js", "tests/browser/test_cards_component.py"),
        ("tests/vectors/test_top_k.py", "tests/vectors/test_top_k.py"),
        ("tests/browser/driving.py", "tests/browser/test_upload.py"),
    ],
)
def test_a_change_reaches_its_tests(by_file: dict[Path, set[Path]], changed: str, expected: str) -> None:
    assert ROOT / expected in nearest_tests({ROOT / changed}, by_file)


def test_the_nearest_come_first_and_a_lazy_import_counts(by_file: dict[Path, set[Path]]) -> None:
    found = nearest_tests({ROOT / "matcher/encoders/fine_tuned.py"}, by_file)
    near, far = (found.index(ROOT / "tests" / name) for name in ("training/test_training.py", "cli/test_cli.py"))
    assert near < far  # the command line opens an encoder by way of the registry, which imports it when it is asked for


def test_every_test_uses_the_fixtures_above_it(by_file: dict[Path, set[Path]]) -> None:
    everything = {file for file in sources() if choose_tests.is_test(file)}
    assert set(nearest_tests({ROOT / "tests/conftest.py"}, by_file)) == everything
    below = set(nearest_tests({ROOT / "tests/browser/conftest.py"}, by_file))
    assert below == {file for file in everything if file.parent.name == "browser"}


def test_a_changed_word_of_documentation_reaches_no_test(by_file: dict[Path, set[Path]]) -> None:
    assert nearest_tests({ROOT / "CHANGELOG.md", ROOT / "tests/test_that_was_deleted.py"}, by_file) == []


def test_what_fits_is_chosen_and_the_rest_is_named() -> None:
    tests = [ROOT / "tests" / name for name in ("test_a.py", "test_slow.py", "test_b.py", "test_new.py")]
    seconds = {"tests/test_a.py": 4.0, "tests/test_slow.py": 30.0, "tests/test_b.py": 2.0}
    assert within(tests, seconds, 11.0) == (
        ["tests/test_a.py", "tests/test_b.py", "tests/test_new.py"],
        ["tests/test_slow.py"],
    )

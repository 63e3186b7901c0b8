"""Where a named model comes from: a folder, or a hub repository brought into the hub's own cache on this machine."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from matcher.errors import EncoderError

# Weights as safetensors, settings and vocabularies as text: nothing here can run code when it is read.
WANTED = ["*.json", "*.txt", "*.model", "*.safetensors"]
UNWANTED = ["onnx/*", "openvino/*", "*/onnx/*", "original/*"]  # the same weights again, for other programs


def model_folder(name: str, weights: Sequence[str] = ("*.safetensors",)) -> Path:
    """The folder of a model given by folder or hub id, downloaded if need be.

    Args:
        name: Hub id or folder.
        weights: What the files of its weights may be called.

    Raises:
        EncoderError: There is no such folder, the hub cannot be reached or does not have it, or it holds no
            such weights.
    """
    looks_like_a_path = name.startswith((".", "~", "/", "\\")) or Path(name).is_absolute()
    folder = named_path(name)
    if not folder.is_dir():
        if looks_like_a_path:
            raise EncoderError(f"There is no folder {folder}. Give the folder that holds the model's config.json.")
        folder = _from_hub(name, weights)
    if not any(file for pattern in weights for file in folder.rglob(pattern)):
        other = sorted(file.name for pattern in ("*.bin", "*.pt", "*.pth", "*.ckpt") for file in folder.rglob(pattern))
        found = f"only {other[0]}, a pickle that could run any code" if other else "no weights"
        raise EncoderError(
            f"{name} holds {found}; expected model.safetensors. Save it again with save_pretrained(folder) by a "
            "current version of the library it was made with, and name that folder."
        )
    return folder


def named_path(name: str) -> Path:
    """The path that a model's name may be.

    Raises:
        EncoderError: It is longer than any path, or begins with a user that is not known here.
    """
    try:
        path = Path(name).expanduser()
        path.is_dir()  # the system says so if it is no path at all
    except (OSError, RuntimeError, ValueError) as error:
        raise EncoderError(
            f"{name[:60]!r} cannot name a model ({getattr(error, 'strerror', None) or error}). Give a hub id or a "
            "folder."
        ) from error
    return path


def digest(folder: Path) -> str:
    """16 hex digits that stand for the content of a model's folder: its weights, settings and vocabulary."""
    total = hashlib.blake2b(digest_size=8)
    for file in sorted(
        path for pattern in [*WANTED, "pytorch_model.bin"] for path in folder.rglob(pattern) if path.is_file()
    ):
        total.update(file.relative_to(folder).as_posix().encode())
        total.update(file_digest(file).encode())
    return total.hexdigest()


def file_digest(path: Path) -> str:
    """16 hex digits that stand for the content of one file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def _from_hub(name: str, weights: Sequence[str]) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, HFValidationError, RepositoryNotFoundError

    try:
        return Path(snapshot_download(name, allow_patterns=[*WANTED, *weights], ignore_patterns=UNWANTED))
    except HFValidationError as error:
        raise EncoderError(
            f"{name!r} is neither a folder on this machine nor a hub id. A hub id looks like "
            "sentence-transformers/all-mpnet-base-v2; a folder holds the model's config.json."
        ) from error
    except GatedRepoError as error:
        raise EncoderError(
            f"The hub gives {name} only to people who accepted its terms. Accept them on its page, log in with "
            "`hf auth login`, and try again."
        ) from error
    except RepositoryNotFoundError as error:
        raise EncoderError(
            f"The hub has no model {name}, or it is private. Check the spelling; an id looks like "
            "sentence-transformers/all-mpnet-base-v2."
        ) from error
    except (HfHubHTTPError, OSError) as error:
        raise EncoderError(
            f"{name} is not on this machine, and the hub cannot be reached from it. Connect it to the internet; or "
            "bring the model's folder from another machine and give its path; or take a bundled encoder."
        ) from error

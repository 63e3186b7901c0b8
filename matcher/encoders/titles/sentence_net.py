"""Load a sentence-transformers model as one torch module from token ids to vectors, never running foreign code."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from matcher.encoders.runtime.torchvision_stub import import_torchvision
from matcher.errors import EncoderError

import_torchvision()

import transformers  # noqa: E402
from huggingface_hub.errors import StrictDataclassError  # noqa: E402
from safetensors import SafetensorError  # noqa: E402
from sentence_transformers import SentenceTransformer  # noqa: E402

LONGEST = 512  # tokens, for a model that names no limit; a title has about twenty


class SentenceModule(torch.nn.Module):
    """All modules of a sentence-transformers model, the pooling and normalising that it asks for included."""

    def __init__(self, model: SentenceTransformer) -> None:
        """Wrap a loaded model."""
        super().__init__()
        self.parts = torch.nn.ModuleList(model)  # not the model itself: tracing reads its deprecated attributes too
        self.width = int(model.get_embedding_dimension() or 0)  # a model trained for it may use its first columns only

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Token ids and mask, both int64 (B, L), to vectors (B, D)."""
        features = {"input_ids": input_ids, "attention_mask": attention_mask}
        for part in self.parts:
            features = part(features)
        vectors: torch.Tensor = features["sentence_embedding"]
        return vectors[:, : self.width]


def load_sentence_model(name: str, folder: Path) -> tuple[SentenceModule, Any, dict[str, Any]]:
    """Load a model from a folder.

    Args:
        name: What the user called it, for messages.
        folder: Of a sentence-transformers model, or of a plain transformers model (mean pooling then).

    Returns:
        The module, its tokenizer (of the `tokenizers` library, set to cut and not to pad), and what else
        `matcher.encoders.titles.sentence_bert.TextModel` needs: width, padding, prompt.

    Raises:
        EncoderError: It is no such model, damaged, or wants to run its own code.
    """
    try:
        with quiet():
            model = SentenceTransformer(
                str(folder),
                device="cpu",
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"use_safetensors": True, "torch_dtype": torch.float32},
            )
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        ImportError,
        RuntimeError,
        SafetensorError,
        StrictDataclassError,
    ) as error:
        reason = " ".join(str(error).split())[:200]
        raise EncoderError(
            f"{name} cannot be loaded as a text model ({reason}). Expected a sentence-transformers or BERT model with "
            "config.json, model.safetensors and tokenizer.json, needing no code of its own."
        ) from error
    tokenizer = getattr(getattr(model, "tokenizer", None), "backend_tokenizer", None)
    if tokenizer is None or not model.get_embedding_dimension():
        raise EncoderError(f"{name} has no tokenizer for titles; expected tokenizer.json in its folder.")
    limits = [limit for limit in (model.max_seq_length, model.tokenizer.model_max_length) if limit]
    tokenizer.no_padding()
    tokenizer.enable_truncation(min([*limits, LONGEST]))
    module = SentenceModule(model)
    prompt = model.prompts.get(model.default_prompt_name or "", "")
    return (
        module,
        tokenizer,
        {"width": module.width, "padding": int(model.tokenizer.pad_token_id or 0), "prompt": prompt},
    )


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the progress bars and remarks that loading and tracing make out of the terminal."""
    bars = transformers.utils.logging.is_progress_bar_enabled()
    loggers = [logging.getLogger(name) for name in ("transformers", "sentence_transformers")]
    levels = [logger.level for logger in loggers]
    transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=FutureWarning, module=r"transformers|sentence_transformers")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
        if bars:
            transformers.utils.logging.enable_progress_bar()  # type: ignore[no-untyped-call]

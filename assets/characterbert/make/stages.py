"""From MiniLM and a seed to the folder of the bundled CharacterBERT; what a stage has made is not made again."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from json import dumps
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from tokenizers import Tokenizer

from assets.characterbert.make.card import write_card
from assets.characterbert.make.distillation import DistillationConfig, distil
from assets.characterbert.make.titles import DEMO_SEEDS, Words, make_titles, words_from
from assets.characterbert.make.word_table import fit_words
from matcher.atomic_file import atomic
from matcher.encoders.titles.characterbert_student import SmallCharacterBert, SmallConfig, save_small
from matcher.encoders.titles.sentence_bert import BertEncoder, bundled_folder
from matcher.progress import Report
from matcher.storage.files import fingerprint

LAYERS = (0, 2, 4)  # of MiniLM's six
TITLES_AT_ONCE = 2000


@dataclass(frozen=True)
class Plan:
    """How much goes into it.

    Attributes:
        titles: Made.
        taken: Of them, the first so many are encoded by MiniLM and learned from.
        epochs: Passes over them.
        iterations: Of the fit of the table.
        buckets: Rows of the table.
        demo_seeds: Demo catalogs whose titles are among them, beside the bundled one.
        names: Invented words that the table is fitted to, beside those of the vocabulary.
        seed: Of everything drawn.
    """

    titles: int = 48_000
    taken: int = 32_000
    epochs: int = 1
    iterations: int = 40
    buckets: int = 40_000
    demo_seeds: int = DEMO_SEEDS
    names: int = 12_000
    seed: int = 0


def make(out: Path, shop: Sequence[str], plan: Plan, report: Report, measured: int = 1000) -> None:
    """Write the model and its card into `out`, and the stages beside it.

    Args:
        out: Made if missing; each plan has stages of its own in it.
        shop: Titles of the bundled demo catalog.
        plan: How much goes into it.
        report: Told how far it is.
        measured: Titles that the card's figures are measured on, of each kind.
    """
    work = out / f"work-{fingerprint(asdict(plan))[:8]}"
    work.mkdir(parents=True, exist_ok=True)
    source = bundled_folder()
    seeds = range(8, 8 + plan.demo_seeds)
    words = words_from((source / "vocab.txt").read_text("utf-8").split("\n"), shop, seeds)
    model = initialise(source, words, plan, work, report)
    titles = make_titles(words, plan.titles, np.random.default_rng(plan.seed + 1))[: plan.taken]
    minilm = BertEncoder()
    targets = _encode_by_minilm(minilm, titles, work, report)
    config = replace(DistillationConfig(), epochs=plan.epochs, seed=plan.seed)
    distil(model, titles, targets, config, work / "distillation.safetensors", report)
    save_small(model, out, packed=True)
    anew = make_titles(words, measured, np.random.default_rng(plan.seed + 99))
    write_card(out, dumps(asdict(plan)), anew, measured, minilm)


def initialise(source: Path, words: Words, plan: Plan, work: Path, report: Report) -> SmallCharacterBert:
    """The network before its training: some of MiniLM's layers behind a table fitted to its word pieces."""
    weights = load_file(source / "model.safetensors")
    torch.manual_seed(plan.seed)
    model = SmallCharacterBert(SmallConfig(buckets=plan.buckets, layers=len(LAYERS)))
    own: dict[str, torch.Tensor] = {}
    for name in model.state_dict():
        if not name.startswith("bert.") or "word_embeddings" in name:
            continue
        parts = name.removeprefix("bert.").split(".")
        if parts[:2] == ["encoder", "layer"]:
            parts[2] = str(LAYERS[int(parts[2])])
        own[name] = weights[".".join(parts)][: model.state_dict()[name].shape[0]]
    table = work / "table.npy"
    if not table.is_file():
        tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
        tokenizer.no_padding()
        pieces = weights["embeddings.word_embeddings.weight"].float().numpy()
        rng = np.random.default_rng(plan.seed + 3)

        def pieces_of(some: Sequence[str]) -> list[list[int]]:
            return [list(found.ids) for found in tokenizer.encode_batch(list(some), add_special_tokens=False)]

        _save(table, fit_words(words, plan.names, pieces_of, pieces, plan.buckets, plan.iterations, rng, report))
    own["bert.embeddings.word_embeddings.table.weight"] = torch.from_numpy(np.load(table, allow_pickle=False))
    model.load_state_dict(own, strict=False)
    return model


def _encode_by_minilm(minilm: BertEncoder, titles: Sequence[str], work: Path, report: Report) -> NDArray[np.float16]:
    """MiniLM's unit vectors of the titles, kept part by part."""
    parts = []
    for at in range(0, len(titles), TITLES_AT_ONCE):
        path = work / f"minilm-{at:06d}.npy"
        if not path.is_file():
            _save(path, minilm.encode(titles[at : at + TITLES_AT_ONCE], report).astype(np.float16))
        parts.append(np.load(path, allow_pickle=False))
    return np.concatenate(parts)


def _save(path: Path, array: NDArray[np.generic]) -> None:
    with atomic(path) as file:
        np.save(file, array)

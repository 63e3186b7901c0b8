"""Encoders from a terminal: train one on a catalog, list them, take runs along and bring them in."""

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import Any, get_args

import click

from matcher.cli.arguments import FILE, given_workspace, in_workspace, name, out, say
from matcher.cli.progress_line import ProgressLine
from matcher.encoders.model_card import read_card
from matcher.encoders.registry import ENCODERS, trainable_encoders
from matcher.errors import Cancelled
from matcher.pipeline.recipes import users_of
from matcher.pipeline.train_encoder import TrainResult, train_catalog, training_job
from matcher.progress import Progress, Report, duration
from matcher.storage.names import catalog_id_of
from matcher.storage.workspace import Workspace
from matcher.training.config import Loss, Preset
from matcher.training.runs import delete_run, discard_unfinished, export_run, import_run, runs

save_as = click.option("--save-as", "run_id", metavar="ID", default="", help="What to call the encoder.")


@click.command()
@name
@click.option(
    "--encoder", required=True, metavar="|".join(trainable_encoders()),
    help="What to start from; any of them with :<hub id, folder or timm name> for other weights.",
)  # fmt: skip
@click.option("--preset", type=click.Choice(get_args(Preset)), help="[default: paper with a GPU, light without]")
@click.option("--epochs", type=int, help="Times to go through the listings, at most.")
@click.option("--no-labels", is_flag=True, help="Every listing is its own product; its edited copies are the members.")
@save_as
@click.option("--balanced/--not-balanced", default=None, help="Cut and fill labels to ten rows first.")
@click.option("--loss", type=click.Choice(get_args(Loss)), help="softmax is there to compare with.")
@click.option("--margin", type=float, help="m of ArcFace, radians.")
@click.option("--scale", type=float, help="s of ArcFace.")
@click.option("--rate", type=float, help="Learning rate of the encoder's own layers.")
@click.option("--head-rate", type=float, help="Learning rate of what starts from nothing.")
@click.option("--batch", type=int, help="Listings in a step.")
@click.option("--patience", type=int, help="Epochs without a better F1 after which to stop.")
@click.option("--seed", type=int, help="Of everything drawn at random.")
@click.option("--tune-share", type=float, help="Of the products, kept out to tell when to stop.")
@click.option("--test-share", type=float, help="Of the products, kept out of everything, for figures afterwards.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@in_workspace
def train(
    name: str, encoder: str, preset: Preset | None, no_labels: bool, run_id: str, as_json: bool, **given: Any
) -> None:
    """Train an encoder on catalog NAME; its ID then stands wherever an encoder is named.

    The best epoch is kept. Ctrl-C ends the training and keeps the best so far; one that was killed goes on where it
    was when the same is typed again.
    """
    workspace = given_workspace()
    changes = {setting: value for setting, value in given.items() if value is not None}
    use_labels = False if no_labels else None
    job = training_job(
        workspace, catalog_id_of(name), encoder, run_id=run_id, name=preset, use_labels=use_labels, **changes
    )
    with ProgressLine() as line, _stoppable(line) as report:
        result = train_catalog(workspace, job, report)
    click.echo(json.dumps(asdict(result)) if as_json else _describe_training(workspace, result, name))


@click.command()
@in_workspace
def encoders() -> None:
    """List the encoders that come with the program, and those trained here."""
    rows: list[tuple[str, str, str]] = [(info.id, info.modality, info.one_line) for info in ENCODERS.values()]
    rows += [
        (card.id, card.modality, f"Trained on {card.catalog} from {card.encoder}, F1 {card.figures['f1']:.3f}.")
        for card in runs(given_workspace().encoders)
    ]
    width = max(len(row[0]) for row in rows)
    for encoder, modality, what in rows:
        click.echo(f"{encoder:<{width}}  {modality:<5}  {what}")


@click.command()
@click.argument("run_id", metavar="ID")
@out
@in_workspace
def export_encoder(run_id: str, out: Path) -> None:
    """Write the trained encoder ID, with its card, as one file."""
    export_run(given_workspace().encoders, run_id, out.absolute())
    say(f"The encoder {run_id} is written to {out}.")


@click.command()
@click.argument("file", type=FILE)
@save_as
@in_workspace
def import_encoder(file: Path, run_id: str) -> None:
    """Bring in a trained encoder that was exported to FILE."""
    card = import_run(file, given_workspace().encoders, run_id)
    click.echo(card.id)
    say(f"An encoder for {card.modality}, trained on {card.catalog}.")


@click.command()
@click.argument("run_id", metavar="ID")
@in_workspace
def delete_encoder(run_id: str) -> None:
    """Delete the trained encoder ID; catalogs keep the vectors that it made."""
    workspace = given_workspace()
    delete_run(workspace.encoders, run_id)
    discard_unfinished(workspace.encoders, run_id)
    say(f"The encoder {run_id} is deleted.")
    if users := users_of(workspace, run_id):
        say(
            f"It was in use for {', '.join(users)}: matches found with it stay, but new listings cannot be encoded. "
            "Name another for encode with --text or --image."
        )


COMMANDS = (train, encoders, export_encoder, import_encoder, delete_encoder)


def _describe_training(workspace: Workspace, result: TrainResult, name: str) -> str:
    """What a training came to, line by line, and what to type next."""
    card = read_card(workspace.encoders / result.run_id)
    rows = {
        "encoder": result.run_id,
        "F1 before": f"{result.f1_before:.3f}",
        "F1 after": f"{result.f1:.3f}",
        "measured on": f"{card.data['tuned_on']:,} listings kept out, by {card.split['measured_by']}, "
        f"in a pool of {card.data['pool']:,}",
        "epochs": f"{result.epochs}",
        "time": duration(result.seconds),
        "next": f"python -m matcher encode {name} --{card.modality} {result.run_id}",
    }
    return "\n".join(f"{key:<13}{value}" for key, value in rows.items())


@contextmanager
def _stoppable(report: Report) -> Iterator[Report]:
    """Let Ctrl-C end the work at its next report, so that it can keep what it has; a second one ends it at once."""
    asked = False

    def ask(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        say("\nStopping after this step. Ctrl-C again stops at once.")

    def onward(progress: Progress) -> None:
        report(progress)
        if asked:
            raise Cancelled("Stopped before there was anything to keep.")

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield onward
    finally:
        signal.signal(signal.SIGINT, before)

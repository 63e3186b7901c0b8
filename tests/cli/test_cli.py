import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from made_shop import write_shop

from matcher.cli import main as terminal_commands
from matcher.cli import match_files
from matcher.cli.main import cli
from matcher.cli.progress_line import ProgressLine, described
from matcher.matching.recipe import Recipe
from matcher.pipeline import catalogs
from matcher.pipeline.unread import find_unread
from matcher.progress import Progress
from matcher.storage.history.actions import Intent, act
from matcher.storage.history.redo import take_back
from matcher.storage.workspace import open_workspace

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("TWINSHELF_DATA", ROOT.parent / "shared" / "data"))
TITLES = ["red cotton shirt", "red cotton shirt new", "blue steel bottle", "blue steel bottle sale", "green hose"]


@pytest.fixture
def table(tmp_path, monkeypatch):
    """A table in the folder that the commands are run in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MATCHER_WORKSPACE", raising=False)
    write(tmp_path / "shop.csv")
    (tmp_path / "recipe.json").write_text(Recipe("tfidf", text_threshold=0.6, k=3).to_json())
    return tmp_path / "shop.csv"


def write(file, labels=("r", "r", "b", "b", "g")):
    frame = pd.DataFrame({"id": ["r1", "r2", "b1", "b2", "g1"], "title": TITLES, "label": labels})
    frame.to_csv(file, index=False)


def ok(*arguments):
    assert cli([str(argument) for argument in arguments]) == 0


def refused(capsys, *arguments):
    """The one line that a refused command prints."""
    capsys.readouterr()
    assert cli([str(argument) for argument in arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    lines = err.splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith("Error: ")
    return lines[0]


def test_the_whole_way(table, capsys):
    ok("import", "shop.csv", "--name", "My Shop")
    ok("encode", "My Shop", "--text", "tfidf")
    ok("tune", "my-shop", "--out", "tuned.json")
    recipe = Recipe.from_json(Path("tuned.json").read_text())
    assert (recipe.text_encoder, recipe.image_encoder) == ("tfidf", None)
    capsys.readouterr()
    ok("evaluate", "My Shop", "--recipe", "recipe.json", "--json")
    out, _ = capsys.readouterr()
    figures = json.loads(out)
    assert list(figures) == ["precision", "recall", "f1", "pair_precision", "pair_recall", "pair_f1",
                             "candidate_recall", "listings", "pool", "learned", "modelled", "bcubed_precision",
                             "bcubed_recall", "bcubed_f1", "exact_groups", "groups_measured",
                             "largest_group"]  # fmt: skip
    assert figures["f1"] == figures["bcubed_f1"] == figures["exact_groups"] == 1.0
    assert (figures["groups_measured"], figures["largest_group"]) == (2, 2)
    assert (figures["listings"], figures["pool"], figures["learned"]) == (5, 5, 0)
    ok("evaluate", "My Shop", "--recipe", "recipe.json")
    assert "pair precision       1.000" in capsys.readouterr().out
    ok("match", "My Shop", "--recipe", "recipe.json", "--out", "matches.csv")
    out, err = capsys.readouterr()
    assert (out, "4 of 5 listings have a match" in err) == ("", True)
    assert Path("matches.csv").read_text() == "item_id,matches\nr1,r1 r2\nr2,r2 r1\nb1,b1 b2\nb2,b2 b1\ng1,g1\n"
    assert len(list(Path("workspace/catalogs/my-shop").glob("listings-*.parquet"))) == 1


def test_groups_are_written_with_numbers_that_stay(table):
    ok("import", "shop.csv", "--name", "Shop")

    def numbers():
        ok("match", "Shop", "--recipe", "recipe.json", "--out", "matches.csv", "--groups", "groups.csv")
        groups, lists = pd.read_csv("groups.csv"), pd.read_csv("matches.csv").set_index("item_id")["matches"]
        number = groups.set_index("item_id")["group"]
        for one, listed in lists.items():
            assert set(listed.split()) == set(number.index[number == number[one]])
        return number.to_dict()

    first = numbers()
    store = open_workspace().store
    together = [one for one in first if list(first.values()).count(first[one]) > 1][:2]
    store.add_verdict("shop", *together, "different", source="review")
    parted = numbers()
    assert parted[together[0]] != parted[together[1]]
    assert all(parted[one] == first[one] for one in first if first[one] != first[together[0]])
    assert sorted(set(parted.values()) - set(first.values())) == [max(first.values()) + 1]


def test_match_names_verdicts_that_contradict_each_other_or_a_lock(table, capsys, monkeypatch):
    ok("import", "shop.csv", "--name", "Shop")
    store = open_workspace(Path("workspace")).store
    for one, other, kind in (("r1", "r2", "match"), ("r2", "g1", "match"), ("r1", "g1", "different")):
        store.add_verdict("shop", one, other, kind, source="review")
    ok("match", "Shop", "--recipe", "recipe.json", "--out", "matches.csv")
    contradicting = "g1 and r1 were judged different, but verdicts that say same join them"
    assert contradicting in capsys.readouterr().err
    overruled = {
        ("r1", "g1"): ["g1 and r1", "r1 and r2", "g1 and r2"],
        ("r1", "r2"): ["g1 and r2"],
        ("r1", "b1"): ["r1 and r2"],
    }
    for ids, pairs in overruled.items():
        seen = [each.id for each in store.verdicts("shop") if {each.left_id, each.right_id} <= {*ids}]
        assert act(store, "shop", Intent("lock", (1,), ids), seen=seen)
        ok("match", "Shop", "--recipe", "recipe.json", "--out", "matches.csv")
        said = capsys.readouterr().err
        assert contradicting not in said
        assert re.findall("the verdict on (.*) counts for nothing while a group is locked", said) == pairs
        take_back(store, "shop")
    monkeypatch.setattr(match_files, "MOST_OVERRULED", 1)
    act(store, "shop", Intent("lock", (1,), ("b1", "g1")), seen=[])
    store.add_verdict("shop", "b1", "b2", "match", source="review")
    ok("match", "Shop", "--recipe", "recipe.json", "--out", "matches.csv")
    assert "and 1 more that a lock stands above" in capsys.readouterr().err


def test_run_does_it_all_with_a_recipe(table):
    ok("run", "shop.csv", "--recipe", "recipe.json", "--out", "matches.csv")
    assert len(pd.read_csv("matches.csv")) == 5


def test_run_chooses_thresholds_on_labels_and_else_says_what_it_took(table, capsys):
    ok("run", "shop.csv", "--out", "matches.csv")
    assert "chosen on the catalog's labels" in capsys.readouterr().err
    write(table, labels=[""] * 5)
    ok("run", "shop.csv", "--out", "other.csv")
    assert "No labels to choose thresholds on, so a bundled recipe is used" in capsys.readouterr().err
    assert len(pd.read_csv("other.csv")) == 5


def test_no_file_is_written_over_what_was_read_or_written_beside_it(table, capsys):
    before = table.read_bytes()
    for command in (
        ("run", "shop.csv", "--out", "shop.csv"),
        ("run", "shop.csv", "--out", "matches.csv", "--groups", f"../{table.parent.name}/shop.csv"),
        ("run", "shop.csv", "--recipe", "recipe.json", "--out", "recipe.json"),
        ("match", "Shop", "--recipe", "recipe.json", "--out", "a.csv", "--groups", "b.csv", "--main-ids", "a.csv"),
    ):
        assert "is named twice: name another file to write" in refused(capsys, *command)
    assert table.read_bytes() == before
    assert {*os.listdir()} <= {"recipe.json", "shop.csv", "workspace"}


def test_run_takes_a_bundled_recipe_where_every_listing_has_a_label_of_its_own(table, capsys):
    write(table, labels=[f"own-{row}" for row in range(5)])
    ok("run", "shop.csv", "--out", "matches.csv")
    assert "The labels tell too little to choose thresholds on, so a bundled recipe is used" in capsys.readouterr().err
    assert len(pd.read_csv("matches.csv")) == 5


def test_a_learned_recipe_travels_from_tune_to_another_workspace(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_shop(tmp_path / "shop.csv")
    ok("import", "shop.csv", "--name", "shop")
    ok("encode", "shop", "--text", "tfidf", "--image", "phash")
    capsys.readouterr()
    ok("tune", "shop", "--fusion", "learned", "--out", "learned.json")
    _, err = capsys.readouterr()
    assert "On products that it did not learn from F1 is " in err
    ok("evaluate", "shop", "--recipe", "learned.json", "--json")
    figures = json.loads(capsys.readouterr().out)
    assert figures["modelled"] == figures["listings"] == 144
    ok("evaluate", "shop", "--recipe", "learned.json")
    _, err = capsys.readouterr()
    assert "Each was judged by the parts of the model that did not learn from it" in err
    ok("match", "shop", "--recipe", "learned.json", "--out", "here.csv")
    ok("run", "shop.csv", "--workspace", "elsewhere", "--recipe", "learned.json", "--out", "there.csv")
    assert Path("here.csv").read_bytes() == Path("there.csv").read_bytes()
    recipe = json.loads(Path("learned.json").read_text())
    recipe["learned"]["model"]["parts"][0] = {"weight": ["1"]}
    Path("hostile.json").write_text(json.dumps(recipe))
    assert "pair model" in refused(capsys, "match", "shop", "--recipe", "hostile.json", "--out", "m.csv")


def test_run_takes_files_of_one_name_for_different_catalogs(table):
    (table.parent / "other").mkdir()
    write(table.parent / "other" / "shop.csv")
    for file in ("shop.csv", "other/shop.csv", table.absolute()):
        ok("run", file, "--recipe", "recipe.json", "--out", "matches.csv")
    assert len(list(Path("workspace/catalogs").iterdir())) == 2


def test_the_workspace_may_be_named_before_and_after_the_command(table):
    ok("--workspace", "one", "import", "shop.csv", "--name", "Shop")
    ok("import", "shop.csv", "--name", "Shop", "--workspace", "two")
    ok("encode", "--workspace", "two", "Shop", "--text", "tfidf")
    assert Path("one/catalogs/shop").is_dir()
    assert Path("two/catalogs/shop/pairs").is_dir()
    assert not Path("workspace").exists()


def test_tune_goes_on_with_the_encoders_last_given_to_encode(table):
    ok("import", "shop.csv", "--name", "Shop")
    ok("encode", "Shop", "--text", "tfidf")
    ok("tune", "Shop", "--out", "same.json")
    ok(
        "tune",
        "Shop",
        "--text",
        "tfidf-char",
        "--fusion",
        "either",
        "--objective",
        "precision@0.9",
        "--out",
        "other.json",
    )
    chosen = [Recipe.from_json(Path(name).read_text()).text_encoder for name in ("same.json", "other.json")]
    assert chosen == ["tfidf", "tfidf-char"]


def test_bad_input_is_one_line_and_exit_code_2(table, capsys):
    assert "missing.csv" in refused(capsys, "import", "missing.csv", "--name", "Shop")
    assert "--name" in refused(capsys, "import", "shop.csv")
    assert "no name" in refused(capsys, "import", "shop.csv", "--name", " ")
    assert "known: none yet" in refused(capsys, "encode", "Shop")
    assert "bake" in refused(capsys, "bake")
    ok("import", "shop.csv", "--name", "Shop")
    assert "no such" in refused(capsys, "encode", "Shop", "--text", "no such")
    assert "No encoder was chosen" in refused(capsys, "encode", "Shop", "--text", "none")
    assert "photo" in refused(capsys, "encode", "Shop", "--image", "phash")
    assert "--fusion" in refused(capsys, "tune", "Shop", "--fusion", "magic", "--out", "x.json")
    assert "magic" in refused(capsys, "tune", "Shop", "--objective", "magic", "--out", "x.json")
    assert "none.json" in refused(capsys, "evaluate", "Shop", "--recipe", "none.json")
    assert "not JSON" in refused(capsys, "evaluate", "Shop", "--recipe", "shop.csv")
    Path("bytes.json").write_bytes(b"\xff\xfe\x00")
    assert "not text" in refused(capsys, "match", "Shop", "--recipe", "bytes.json", "--out", "m.csv")
    ok("encode", "Shop", "--text", "tfidf")
    assert "cannot be written" in refused(capsys, "match", "Shop", "--recipe", "recipe.json", "--out", "no/where/m.csv")
    assert "nowhere" in refused(capsys, "import", "shop.csv", "--images", "nowhere", "--name", "Shop")


def test_a_catalog_without_labels_cannot_be_evaluated(table, capsys):
    write(table, labels=[""] * 5)
    ok("import", "shop.csv", "--name", "Shop")
    assert "label" in refused(capsys, "evaluate", "Shop", "--recipe", "recipe.json")


def test_no_command_shows_the_commands(capsys):
    assert cli([]) == 2
    assert "evaluate" in capsys.readouterr().err
    assert cli(["--help"]) == 0


def test_a_defect_is_not_taken_for_bad_input(table, monkeypatch):
    def fail(*given):
        raise ZeroDivisionError

    monkeypatch.setattr(catalogs, "import_catalog", fail)
    with pytest.raises(ZeroDivisionError):
        cli(["import", "shop.csv", "--name", "Shop"])


def test_problems_of_the_table_are_told(table, capsys):
    lines = table.read_text().splitlines()
    table.write_text("\n".join([*lines, *[",no id,x"] * 9]))
    ok("import", "shop.csv", "--name", "Shop")
    err = capsys.readouterr().err
    assert "5 listings in catalog shop; 9 rows left out" in err
    assert "row 7: The id is empty." in err
    assert "and 4 more problems" in err


def test_ctrl_c_ends_with_130(table):
    code = (
        "import signal, sys, time\n"
        "from matcher.pipeline import catalogs\n"
        "from matcher.cli.main import cli\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # the suite may run where SIGINT is ignored
        "def wait(*given):\n"
        "    print('waiting', flush=True)\n"
        "    time.sleep(60)\n"
        "catalogs.import_catalog = wait\n"
        "sys.exit(cli(['import', 'shop.csv', '--name', 'Shop']))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout.readline() == "waiting\n"
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "Traceback" not in err


def test_it_runs_as_a_module(table):
    command = [sys.executable, "-m", "matcher", "evaluate", "nothing", "--recipe", "recipe.json"]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: There is no catalog")


class Screen:
    """A stream that is a terminal, or is not."""

    def __init__(self, terminal):
        self.terminal, self.text = terminal, ""

    def isatty(self):
        return self.terminal

    def write(self, text):
        self.text += text

    def flush(self):
        pass


@pytest.fixture
def clockwork(monkeypatch):
    """A clock that the test turns."""
    now = [1000.0]
    monkeypatch.setattr(terminal_commands.ProgressLine.__init__.__globals__["time"], "monotonic", lambda: now[0])
    return now


def test_on_a_terminal_one_line_moves(clockwork):
    screen = Screen(terminal=True)
    with ProgressLine(screen) as report:
        for done in range(0, 101, 10):
            report(Progress("Reading", done, 100))
            clockwork[0] += 1.0
        report(Progress("Encoding", 0, 0))
    lines = screen.text.split("\n")
    assert len(lines) == 3  # one for each step, and the end of the last
    assert lines[0].split("\r")[-1].strip() == "Reading: 100 of 100, 10 a second"
    assert "Reading: 50 of 100, 10 a second, 5 s left" in lines[0]
    assert lines[2] == ""


def test_in_a_log_there_is_a_line_every_few_seconds(clockwork):
    screen = Screen(terminal=False)
    with ProgressLine(screen) as report:
        for done in range(100):
            report(Progress("Reading", done, 100))
            clockwork[0] += 0.2
    assert 3 <= len(screen.text.splitlines()) <= 4
    assert "\r" not in screen.text


def test_a_slow_start_does_not_count(clockwork):
    screen = Screen(terminal=True)
    with ProgressLine(screen) as report:
        report(Progress("Encoding", 0, 1000))
        clockwork[0] += 100.0  # a model loads
        report(Progress("Encoding", 10, 1000))
        clockwork[0] += 1.0
        report(Progress("Encoding", 20, 1000))
    assert "10 a second" in screen.text


def test_a_rate_below_one_is_told_by_the_minute():
    assert described(Progress("Training", 1, 3, "epoch 1"), 0.1) == "Training: 1 of 3, 6.0 a minute, 20 s left, epoch 1"
    assert described(Progress("Reading the table", 0, 0), 0.0) == "Reading the table"


@pytest.mark.skipif(
    not (DATA / "shopee").is_dir(), reason="evaluation data is not here; set TWINSHELF_DATA to its folder"
)
def test_titles_and_hashes_of_real_listings(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    started = time.monotonic()
    ok("import", DATA / "shopee" / "listings.csv", "--name", "Shopee")
    ok("encode", "Shopee", "--text", "tfidf", "--image", "phash")
    figures = {}
    for fusion in ("either", "mean"):
        ok("tune", "Shopee", "--fusion", fusion, "--out", "recipe.json")
        capsys.readouterr()
        ok("evaluate", "Shopee", "--recipe", "recipe.json", "--json")
        figures[fusion] = json.loads(capsys.readouterr().out)
    for scores in figures.values():
        assert scores["pool"] == scores["listings"] == len(pd.read_csv(DATA / "shopee" / "listings.csv"))
        assert scores["candidate_recall"] >= scores["pair_recall"]
        assert scores["f1"] > 2 * scores["listings"] ** -1  # better than chance by far
    assert time.monotonic() - started < 300


def test_verdicts_do_where_there_are_no_labels(table, capsys):
    write(table, labels=[""] * 5)
    ok("import", "shop.csv", "--name", "Shop")
    ok("encode", "Shop", "--text", "tfidf")
    assert "Judge a pair the same" in refused(capsys, "tune", "Shop", "--out", "tuned.json")
    store = open_workspace().store
    store.add_verdict("shop", "r1", "b1", "different", source="review")
    assert "none the same" in refused(capsys, "tune", "Shop", "--out", "tuned.json")
    for one, other in (("r1", "r2"), ("b1", "b2")):
        store.add_verdict("shop", one, other, "match", source="review")
    ok("tune", "Shop", "--out", "tuned.json")
    ok("match", "Shop", "--recipe", "tuned.json", "--out", "matches.csv")
    assert "r1,r1 r2" in Path("matches.csv").read_text()
    ok("tune", "Shop", "--fusion", "both", "--objective", "precision@0.9", "--out", "exact.json")
    assert Recipe.from_json(Path("exact.json").read_text()).fusion == "both"


def test_titles_that_cannot_be_read_are_named(table, capsys):
    with table.open("a") as file:
        file.write("x1,!!!,\n")
        file.write("".join(f"y{number},??? {'.' * number},\n" for number in range(1, 11)))
    ok("import", "shop.csv", "--name", "Shop")
    capsys.readouterr()
    ok("encode", "Shop", "--text", "tfidf")
    said = capsys.readouterr().err
    assert "11 titles cannot be read by tfidf, so they are compared by their photo alone." in said
    assert "tfidf-char reads every script. Listings: x1, y1, y2," in said
    assert "y9 and 1 more." in said
    write(table)
    ok("import", "shop.csv", "--name", "Shop")
    assert find_unread(open_workspace(), "shop").in_words == ""  # nothing of these listings is encoded yet
    ok("encode", "Shop", "--text", "tfidf")
    assert "cannot be read" not in capsys.readouterr().err

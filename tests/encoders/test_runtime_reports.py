"""Nobody is told what is done with this program: OpenVINO reports to its makers unless it is kept from it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONVERT = """
import multiprocessing.process, threading, urllib.request

def refuse(*arguments, **options):
    print("a message was on its way", flush=True)

urllib.request.urlopen = multiprocessing.process.BaseProcess.start = refuse
import torch
from matcher.encoders.runtime.openvino_export import make_runner
runner = make_runner(torch.nn.Linear(3, 2), {"points": torch.eye(3)[:2]})
print(runner.where)
print(*(thread.name for thread in threading.enumerate() if thread.name.startswith("ThreadPoolExecutor")))
"""


def test_a_conversion_sends_nothing_and_starts_no_process():
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CONVERT],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "HOME": str(Path.home())},  # not that of a CI machine, where it keeps silent
        check=True,
    )
    assert done.stdout.split("\n") == ["OpenVINO on the CPU", "", ""], done.stdout

"""What a job that runs says of itself."""

from matcher.storage.records import Job
from pages._shared.job_panel import describe


def test_the_time_left_is_of_the_whole_job_where_the_step_is_and_of_the_step_where_others_follow() -> None:
    job = Job("1", "encode", "shop", {}, "running", "Encoding photos", done=100, total=500, rate=50.0)
    assert describe(job) == "Encoding photos · 100 of 500 · 50 a second · 8 s left in this step"
    job = Job("1", "train", "shop", {}, "running", "Training", done=100, total=500, rate=0.5, message="epoch 2")
    assert describe(job) == "Training · 100 of 500 · 30 a minute · 13 min left at most · epoch 2"
    job = Job("1", "compare", "shop", {}, "running", "Comparing encoders", 120, 1000, "About 6 min left", rate=2.0)
    assert describe(job) == "Comparing encoders · About 6 min left"

"""Refusals of what a person asks of a job in the queue."""

from __future__ import annotations

from .code import Code

JOB_REFUSALS = (
    Code("unknown-job", "Unknown job", "There is no job {detail}.", "douane jobs lists them."),
    Code(
        "job-under-way",
        "Job under way",
        "Job {detail}.",
        "Wait for its end; douane jobs shows how it goes on.",
    ),
    Code(
        "job-over", "Job over", "Job {detail}.", "See the run's receipt; ask for the import again if need be."
    ),
)

"""What dead processes left behind: jobs are taken up again, runs without a process are failed."""

from __future__ import annotations

import asyncio
import logging

from procrastinate import App
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status

from douane.store.database import Database
from douane.store.runs import Run, fail_abandoned

from .imports import GIVEN_UP, Ended, give_up, is_last_try
from .queue import IMPORTS

log = logging.getLogger("douane.jobs")

HEARTBEAT_SECONDS = 2.0
SILENCE_SECONDS = 8.0
"""A worker that has been silent for so long is taken for dead. Should it live after all, nothing is
imported twice: whoever carries out a run holds its lock, and a run that is over is left alone."""


async def recover(app: App, database: Database, ended: Ended) -> None:
    """Put the jobs of dead workers back into the queue; fail the synchronous runs of dead processes."""
    stalled = await app.job_manager.get_stalled_jobs(queue=IMPORTS, seconds_since_heartbeat=SILENCE_SECONDS)
    for job in stalled:
        try:
            await _recover_job(app, database, job, ended)
        except ConnectorException:
            log.debug("job %s: another worker was faster", job.id)
    for run in await asyncio.to_thread(_fail_abandoned, database):
        log.error("run %d failed: its process stopped", run.id)
        ended(run)


async def _recover_job(app: App, database: Database, job: Job, ended: Ended) -> None:
    if is_last_try(job):
        await app.job_manager.finish_job(job=job, status=Status.FAILED, delete_job=False)
        await asyncio.to_thread(give_up, database, int(str(job.task_kwargs["run_id"])), GIVEN_UP, ended)
        return
    await app.job_manager.retry_job(job=job)
    log.warning("%s: its worker died; it goes back into the queue", job.call_string)


def _fail_abandoned(database: Database) -> list[Run]:
    with database.connection() as connection:
        return fail_abandoned(connection)

"""The queue of imports: putting one in, within the transaction that records its run."""

from __future__ import annotations

from typing import Any

import psycopg
from procrastinate import App, SyncPsycopgConnector

from douane.store.runs import get_run

QUEUE = "imports"
IMPORT_RUN = "import_run"
"""The name of the one task; its argument is `run_id`."""

# Never opened: it only writes on connections that it is given.
_DEFERRER = App(connector=SyncPsycopgConnector())


def defer_import(conn: psycopg.Connection[Any], run_id: int) -> int:
    """Leave a run to a worker once the caller's transaction commits; returns the job's id.

    The imports of a company are carried out one after the other, in the order they came: its items
    need its customers.
    """
    run = get_run(conn, None, run_id)
    assert run is not None, f"run {run_id} is not recorded"
    job = _DEFERRER.configure_task(IMPORT_RUN, queue=QUEUE, lock=f"company-{run.company_id}", connection=conn)
    return job.defer(run_id=run_id)

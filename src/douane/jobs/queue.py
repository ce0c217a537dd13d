"""The queues: leaving a run to a worker, within the transaction that records it."""

from __future__ import annotations

from typing import Any

import psycopg
from procrastinate import App, SyncPsycopgConnector

from douane.store.connectors import find_connector_of_run
from douane.store.runs import get_run
from douane.store.sources import has_source

IMPORTS = "imports"
IMPORT_RUN = "import_run"
"""The task of the queue of imports; its argument is `run_id`."""

FETCHES = "fetches"
FETCH_RUN = "fetch_run"
"""The task of the queue of what is fetched first; its argument is `run_id`."""

QUEUES = (IMPORTS, FETCHES)

# Never opened: it only writes on connections that it is given.
_DEFERRER = App(connector=SyncPsycopgConnector())


def defer_run(conn: psycopg.Connection[Any], run_id: int) -> int:
    """Leave a run to a worker once the caller's transaction commits; returns the job's id.

    A run that has a source waits for nobody: a source that is slow or down holds up only itself. But the
    runs of one connector are carried out one after the other, in the order they were asked for.
    """
    if not has_source(conn, run_id):
        return defer_import(conn, run_id)
    connector = find_connector_of_run(conn, run_id)
    # By its name: one that was removed and is kept anew waits for what is still being pulled by the former.
    lock = None if connector is None else f"connector-{connector.company_id}-{connector.name.lower()}"
    job = _DEFERRER.configure_task(FETCH_RUN, queue=FETCHES, lock=lock, connection=conn)
    return job.defer(run_id=run_id)


def defer_import(conn: psycopg.Connection[Any], run_id: int) -> int:
    """Leave a run whose upload is here to a worker, as `defer_run` does.

    The imports of a company are carried out one after the other, in the order they came: its items
    need its customers.
    """
    run = get_run(conn, None, run_id)
    assert run is not None, f"run {run_id} is not recorded"
    job = _DEFERRER.configure_task(
        IMPORT_RUN, queue=IMPORTS, lock=f"company-{run.company_id}", connection=conn
    )
    return job.defer(run_id=run_id)

"""The door of accounts: a list of objects sent to a connector, imported while the sender waits."""

from __future__ import annotations

from collections.abc import Mapping

from douane.dialects.door import DRY_RUN, Declared, Door
from douane.dialects.native.mapped import MAPPING
from douane.model.builtin_mappings import DJUST
from douane.store.connector_runs import note_run
from douane.store.connectors import get_connector
from douane.store.credentials import Caller
from douane.store.database import Connection
from douane.store.mappings import get_mapping

NAME = "accounts"
SAMPLE = """[
  {
    "accountExternalId": "0987654321",
    "accountName": "Smith",
    "companyRegistrationName": "Smith & Co. LLC",
    "businessRegistrationNumber": "BRN987654321",
    "address": [
      {
        "addressExternalId": "ADDR54321",
        "addressFullName": "Jane Smith",
        "addressCountry": "Canada",
        "addressCity": "Toronto",
        "addressZipCode": "M5H 2N2",
        "addressStreetName": "456 Queen St W"
      }
    ]
  }
]
"""


def declared(conn: Connection, caller: Caller, places: Mapping[str, str]) -> Declared:
    """What the connector in the path says of a run: its mapping as it is now. It remembers the run.

    Refuses `unknown-connector` and `unknown-mapping`.
    """
    connector = get_connector(conn, (caller.organization_id, caller.company_id), places["name"])
    found = get_mapping(conn, caller.organization_id, connector.mapping)
    return Declared(
        {MAPPING: found.definition},
        lambda conn, run: note_run(conn, connector, "sent", caller.login, run_id=run.id),
    )


DOORS = (
    Door(
        name=NAME,
        path="/v1/connectors/{name:str}/runs",
        table=NAME,
        about="Add and modify accounts and their addresses: a list of objects.",
        options=(DRY_RUN,),
        labels=tuple(each.label for each in DJUST.columns),
        required=("accountExternalId",),
        sample=SAMPLE,
        suffix=".json",
        declare=declared,
    ),
)

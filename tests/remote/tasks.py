"""A Celery application whose tasks write down what they see; messages and answers are files."""

from __future__ import annotations

import json
import os
import uuid
from pathlib import Path

from celery import Celery

from tests.remote.seen import seen

FOLDER = Path(os.environ.get("LIVE_FOLDER", "."))

app = Celery("live", broker="filesystem://")
app.conf.update(
    broker_transport_options={
        "control_folder": str(FOLDER / "control"),
        **{name: str(FOLDER / "messages") for name in ("data_folder_in", "data_folder_out")},
    },
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
)


@app.task(name="look")
def look() -> None:
    """Writes down what it sees."""
    name = uuid.uuid4().hex
    (FOLDER / f"{name}.part").write_text(json.dumps(seen()))
    (FOLDER / f"{name}.part").rename(FOLDER / "seen" / name)

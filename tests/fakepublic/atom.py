"""`atom`, asking servers on the loopback: FAKES in the environment says, in JSON, with what each module is called."""

import importlib
import json
import os
from functools import partial

from helpers import cli
from helpers.commands import collect
from tests.fakesources.runs import HASTY

if __name__ == "__main__":
    told = json.loads(os.environ["FAKES"])
    collect.hub = partial(collect.hub, endpoint=told.pop("hub"), patience=HASTY)
    for name, where in told.items():
        module = importlib.import_module(name)
        module.fetch_all = partial(module.fetch_all, patience=HASTY, **where)
    cli.main()

"""`python -m train <verb>`."""

from __future__ import annotations

import importlib
import sys

from train.errors import UserError

VERBS = {
    "fit": "train a network, or continue a run",
    "evaluate": "judge a trained network on held-out radiographs",
    "predict": "name the age of radiographs",
    "data": "check a data set: labels, pictures, duplicates",
    "prepare": "make a data set ready: pictures of one size, texture, shards",
    "phantom": "draw a data set of phantom hands",
}
OVERVIEW = """\
usage: python -m train <verb> [options]

{verbs}

Start here, with no data at all:
  python -m train fit --out runs/demo
  python -m train evaluate runs/demo
  python -m train predict runs/demo runs/demo/phantom/images/1.png --sex female

Each verb explains itself: python -m train fit --help
Research software, not a medical device."""


def main() -> int:
    """Run the verb named first on the command line; returns the exit status."""
    verb, *arguments = sys.argv[1:] or ["--help"]
    if verb in ("-h", "--help"):
        print(_overview())
        return 0
    if verb not in VERBS:
        print(f"unknown verb {verb!r}\n\n{_overview()}", file=sys.stderr)
        return 2
    try:
        return importlib.import_module(f"train.verbs.{verb}").main(arguments)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130


def _overview() -> str:
    width = max(map(len, VERBS))
    verbs = "\n".join(f"  {verb:<{width}}  {purpose}" for verb, purpose in VERBS.items())
    return OVERVIEW.format(verbs=verbs)


if __name__ == "__main__":
    sys.exit(main())

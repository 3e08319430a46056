"""Types of options that may be left out: `--help` shows what to give and no `None`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import tyro

OptionalPath = Annotated[Path | None, tyro.conf.arg(metavar="PATH", help_behavior_hint="")]
OptionalUnit = Annotated[
    Literal["months", "years"] | None,
    tyro.conf.arg(metavar="{months,years}", help_behavior_hint=""),
]
OptionalText = Annotated[str | None, tyro.conf.arg(metavar="TEXT", help_behavior_hint="")]

"""Exact, fast, rotation-invariant local binary patterns.

`ril.lbp` is the operator, `ril.reference` its definition in plain Python.
"""

__version__ = "0.1.0"

"""What a measure is: its record, the catalogue of records, and how a value is worked out and stamped.

    from workbench.measures import catalogue, evaluate
    evaluate(snapshot, "leavers", organisation="XAA", as_at="2026-09-30", by=["staff_group"])

A measure is four things that a test holds together: a record (`definitions/<id>.toml`), a computing function, a
methodology page (`docs/methodology/<id>.md`) and an independent recomputation among the tests.
"""

from workbench.measures.catalogue import catalogue, find_measure
from workbench.measures.evaluate import evaluate
from workbench.measures.record import DIMENSIONS, Measure, Option
from workbench.measures.request import MeasureRequest
from workbench.measures.result import MeasureResult, finish

__all__ = [
    "DIMENSIONS",
    "Measure",
    "MeasureRequest",
    "MeasureResult",
    "Option",
    "catalogue",
    "evaluate",
    "find_measure",
    "finish",
]

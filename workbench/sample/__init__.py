"""The synthetic workforce: fictional organisations whose extracts exercise every part of the workbench."""

from workbench.sample.build import DEFAULT_SEED, LAST_MONTH, SampleSummary, build_sample

__all__ = ["DEFAULT_SEED", "LAST_MONTH", "SampleSummary", "build_sample"]

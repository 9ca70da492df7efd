"""Attainment benchmarking: who has an active job plan, on what evidence, and what the others lack."""

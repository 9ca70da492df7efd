"""Board packs: which notebooks for whom, run through papermill, composed into one page per organisation."""

from workbench.packs.plan import PackPlan, PlannedPack, latest_complete_quarter, notebook_folder, plan_packs

__all__ = ["PackPlan", "PlannedPack", "latest_complete_quarter", "notebook_folder", "plan_packs"]

# %% [markdown]
# # Attainment benchmark
#
# Which staff have an active job plan, and what stands in the way of the others?

# %% tags=["parameters"]
organisation: str = ""  # organisation code; empty: the first one served
as_at: str = ""  # date, yyyy-mm-dd; empty: the latest month loaded
audience: str = "lead"  # who will read it: analyst, lead or board
interactive: bool = True  # controls for people; packs set this to False
snapshot: str = ""  # snapshot id from `workbench snapshots`; empty: the current one

# %%
from workbench import open_workbench

wb = open_workbench(snapshot, audience=audience)
page = wb.page("attainment_benchmark", organisation=organisation, as_at=as_at, interactive=interactive)
page.header()

# %% [markdown]
# ## What share of each professional group has an active job plan?

# %%
page.show("active_plans_by_group")

# %% [markdown]
# ## Why are the other job plans not active?

# %%
page.show("plans_not_active_reasons")

# %% [markdown]
# ## How these numbers were counted

# %%
page.footer()

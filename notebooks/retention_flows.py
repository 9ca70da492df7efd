# %% [markdown]
# # Retention flows
#
# Who joins us, who leaves us, and how are our staff?

# %% tags=["parameters"]
organisation: str = ""  # organisation code; empty: the first one served
as_at: str = ""  # date, yyyy-mm-dd; empty: the latest month loaded
audience: str = "lead"  # who will read it: analyst, lead or board
interactive: bool = True  # controls for people; packs set this to False
snapshot: str = ""  # snapshot id from `workbench snapshots`; empty: the current one

# %%
from workbench import open_workbench

wb = open_workbench(snapshot, audience=audience)
page = wb.page("retention_flows", organisation=organisation, as_at=as_at, interactive=interactive)
page.header()

# %% [markdown]
# ## How many staff do we have, month by month?

# %%
page.show("headcount_by_month")

# %% [markdown]
# ## Who joined and who left, month by month?

# %%
page.show("joiners_and_leavers_by_month")

# %% [markdown]
# ## How does our sickness absence compare with organisations of our type?

# %%
page.show("sickness_absence_peers")

# %% [markdown]
# ## How these numbers were counted

# %%
page.footer()

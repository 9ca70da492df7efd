# %% [markdown]
# # Retention flows
#
# Who joins us, who leaves us, where do they come from, where do they go, and why? Is this month different, and what
# comes next?

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
# ## Who came and who went?

# %%
page.show("flows_in_the_year")

# %% [markdown]
# ## Is it different from other months?

# %%
page.show("is_it_different")

# %%
page.show("leaver_rate_by_month")

# %% [markdown]
# ## Whose leaver rate is it?

# %%
page.show("rates_side_by_side")

# %% [markdown]
# ## Where from, where to, and why?

# %%
page.show("where_from_where_to")

# %%
page.show("reasons_for_leaving")

# %% [markdown]
# ## How long do people stay?

# %%
page.show("how_long_they_stay")

# %%
page.show("first_year_leavers")

# %%
page.show("starters_by_quarter")

# %%
page.show("where_they_go_over_time")

# %% [markdown]
# ## How do we compare?

# %%
page.show("leaver_rates_by_service")

# %%
page.show("sickness_absence_peers")

# %% [markdown]
# ## Who moves inside?

# %%
page.show("moves_between_groups")

# %%
page.show("support_to_registered")

# %% [markdown]
# ## Are posts filled, and is joining and leaving handled well?

# %%
page.show("vacancy_by_staff_group")

# %%
page.show("joining_and_leaving_process")

# %% [markdown]
# ## How many staff do we have, and where does the number go?

# %%
page.show("headcount_by_month")

# %%
page.show("joiners_and_leavers_by_month")

# %%
page.show("headcount_ahead")

# %%
page.show("headcount_ahead_by_group")

# %% [markdown]
# ## How these numbers were counted

# %%
page.footer()

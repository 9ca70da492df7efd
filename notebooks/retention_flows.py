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
# ## How did the staff in post come about?

# %%
page.show("flows_in_the_year")

# %% [markdown]
# ## Is anything different from usual?

# %%
page.show("is_it_different")

# %% [markdown]
# ## Is the leaver rate changing?

# %%
page.show("leaver_rate_by_month")

# %% [markdown]
# ## Why do leaver rates of the same staff differ?

# %%
page.show("rates_side_by_side")

# %% [markdown]
# ## Where do staff come from, and where do they go?

# %%
page.show("where_from_where_to")

# %% [markdown]
# ## Why do people leave?

# %%
page.show("reasons_for_leaving")

# %% [markdown]
# ## How long do people stay?

# %%
page.show("how_long_they_stay")

# %% [markdown]
# ## How many of those who start leave within a year?

# %%
page.show("first_year_leavers")

# %% [markdown]
# ## Do the people who start now stay as long as those who started before?

# %%
page.show("starters_by_quarter")

# %% [markdown]
# ## Where do people go, and after how long?

# %%
page.show("where_they_go_over_time")

# %% [markdown]
# ## Do some services lose more people than their size explains?

# %%
page.show("leaver_rates_by_service")

# %% [markdown]
# ## How does our sickness absence compare with organisations of our type?

# %%
page.show("sickness_absence_peers")

# %% [markdown]
# ## Who moves inside, and who moves out?

# %%
page.show("moves_between_groups")

# %% [markdown]
# ## Do support staff become registered staff here?

# %%
page.show("support_to_registered")

# %% [markdown]
# ## Are posts filled?

# %%
page.show("vacancy_by_staff_group")

# %% [markdown]
# ## Is joining and leaving handled well?

# %%
page.show("joining_and_leaving_process")

# %% [markdown]
# ## How many staff do we have, month by month?

# %%
page.show("headcount_by_month")

# %% [markdown]
# ## Who joined and who left, month by month?

# %%
page.show("joiners_and_leavers_by_month")

# %% [markdown]
# ## Where does headcount go if the coming years are like the past ones?

# %%
page.show("headcount_ahead")

# %% [markdown]
# ## Which groups grow and which shrink?

# %%
page.show("headcount_ahead_by_group")

# %% [markdown]
# ## How these numbers were counted

# %%
page.footer()

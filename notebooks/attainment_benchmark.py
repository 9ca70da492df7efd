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
# ## What level has each group reached, and what stands in its way?

# %%
page.show("level_ladder")

# %% [markdown]
# ## What blocks the next level?

# %%
page.show("what_blocks_the_next_level")

# %% [markdown]
# ## What lapses next, and when does the level fall?

# %%
page.show("forward_look")

# %% [markdown]
# ## What would the next level take?

# %%
page.show("what_would_it_take")

# %% [markdown]
# ## What share of each professional group has an active job plan?

# %%
page.show("active_plans_by_group")

# %% [markdown]
# ## Why are the other job plans not active?

# %%
page.show("plans_not_active_reasons")

# %% [markdown]
# ## Is the share with an active plan rising?

# %%
page.show("active_plans_by_month")

# %% [markdown]
# ## How is planned time divided?

# %%
page.show("dcc_share_by_group")

# %% [markdown]
# ## Was what was planned delivered?

# %%
page.show("planned_and_delivered")

# %% [markdown]
# ## Do teams deliver the output that they planned?

# %%
page.show("capacity_by_team")

# %% [markdown]
# ## Are plans consistent between teams?

# %%
page.show("consistency_between_teams")

# %% [markdown]
# ## Who does the planned work of each team?

# %%
page.show("skill_mix_by_team")

# %% [markdown]
# ## Do job plans, ledger, roster templates and ESR agree?

# %%
page.show("do_the_systems_agree")

# %% [markdown]
# ## Who has to look at what does not agree, and since when?

# %%
page.show("exceptions_by_owner_and_age")

# %% [markdown]
# ## How do we compare?

# %%
page.show("compared_with")

# %% [markdown]
# ## Were the indicators reported as often as they should be?

# %%
page.show("indicators_reported")

# %% [markdown]
# ## How these numbers were counted

# %%
page.footer()

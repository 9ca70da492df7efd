# %% [markdown]
# # AHP coding review
#
# Are our allied health professionals (AHPs) recorded in ESR so that they count and can be counted?

# %% tags=["parameters"]
organisation: str = ""  # organisation code; empty: the first one served
as_at: str = ""  # date, yyyy-mm-dd; empty: the latest month loaded
audience: str = "lead"  # who will read it: analyst, lead or board
interactive: bool = True  # controls for people; packs set this to False
snapshot: str = ""  # snapshot id from `workbench snapshots`; empty: the current one

# %%
from workbench import open_workbench

wb = open_workbench(snapshot, audience=audience)
page = wb.page("coding_review", organisation=organisation, as_at=as_at, interactive=interactive)
page.header()

# %% [markdown]
# ## How many AHPs do our codes count, and how many does the evidence show?

# %%
page.show("ahp_by_profession")

# %% [markdown]
# ## Which rules find something, and for which professions?

# %%
page.show("findings_by_rule_and_profession")

# %% [markdown]
# ## What is to be put right next, how, and by whom?

# %%
page.show("what_to_do_next")

# %% [markdown]
# ## Which records are doubtful, and what shall be done about each?

# %%
page.show("worklist")

# %% [markdown]
# ## What would the corrections change?

# %%
page.show("impact_of_corrections")

# %% [markdown]
# ## Is the coding of AHPs getting better?

# %%
page.show("data_quality_trend")

# %% [markdown]
# ## How good is the coding of each profession?

# %%
page.show("quality_by_profession_and_service")

# %% [markdown]
# ## How complete is the coding of AHPs?

# %%
page.show("coding_completeness")

# %% [markdown]
# ## Which root cause is worth attacking?

# %%
page.show("root_causes")

# %% [markdown]
# ## Where do we stand on the seven steps?

# %%
page.show("seven_steps")

# %% [markdown]
# ## How these numbers were counted

# %%
page.footer()

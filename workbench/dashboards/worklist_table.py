"""A worklist on a live page: rows that can be narrowed, sorted, paged and answered.

The rows are made once and filled again, so that nothing jumps and the keyboard stays where it was. A row that was just
answered stays where it is until another choice is made, so that the reader sees what became of it.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Mapping
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from workbench.dashboards.tasks import PAGE_LENGTH, Action, Answerable, Filter, Saved, Task, Worklist, page_of
from workbench.dashboards.tasks import rows_in_words as shown_rows
from workbench.errors import WorkbenchError

log = logging.getLogger(__name__)

STYLESHEET = Path(__file__).parent / "worklist.css"
MOST_ACTIONS = 4
NO_NAME = "Write your name above the worklist first: every answer is kept under a name. Nothing was saved."
FAULT = "This could not be done, which is a fault of the workbench. Please report it."


class WorklistTable:
    """The widgets of one worklist.

    Args:
        make: opens the worklist for what the page shows now.
        changed: called after something was saved, so that the rest of the page can follow.
        question: what the worklist answers, below its headline.
    """

    def __init__(self, make: Callable[[], Worklist], changed: Callable[[], None], question: str) -> None:
        self._make = make
        self._changed = changed
        self._question = question
        self.worklist = make()
        self._number = 0
        self._keys: list[str] = []
        self._filling = False
        self.head = widgets.HTML("")
        self.said = _message("")
        self.name = widgets.Text(
            description="Your name",
            placeholder="required",
            continuous_update=True,
            style={"description_width": "initial"},
        )
        self.undo = _button("Undo my last answer", self._undo)
        self.again = _button("Read again", self._read_again)
        self.filters = {one.name: self._filter(one) for one in self.worklist.filters}
        self.order = _dropdown("In order of", [(name, key) for key, name in self.worklist.orders.items()])
        self.order.observe(lambda change: self._narrow(), names="value")
        self.rows = [TaskRow(self._answer, self._history) for _ in range(PAGE_LENGTH)]
        self.before = _button("Previous rows", lambda: self._turn(-1))
        self.count = widgets.HTML("")
        self.after = _button("Next rows", lambda: self._turn(1))
        paging = _bar(self.before, self.count, self.after)
        paging.add_class("wb-paging")
        self.view = widgets.VBox(
            [
                self.head,
                _bar(self.name, self.undo, self.again),
                self.said,
                _bar(*self.filters.values(), self.order),
                *(row.view for row in self.rows),
                paging,
            ]
        )
        self.view.add_class("wb-worklist")
        self._narrow()

    def follow(self) -> None:
        """Open the worklist again for what the page shows now."""
        self.worklist = self._make()
        self._filling = True
        try:
            for one in self.worklist.filters:
                if not one.is_switch:
                    dropdown, chosen = self.filters[one.name], self.filters[one.name].value
                    dropdown.options = offered = self.worklist.choices(one.name)
                    dropdown.value = chosen if chosen in [meant for _, meant in offered] else one.value
        finally:
            self._filling = False
        self._narrow()

    def choose(self, name: str, value: str) -> None:
        """Set a filter, where the worklist offers that value."""
        dropdown = self.filters[name]
        if value in [meant for _, meant in dropdown.options]:
            dropdown.value = value

    def _filter(self, one: Filter) -> Any:
        if one.is_switch:
            made: Any = widgets.Checkbox(description=one.label, indent=False, layout=widgets.Layout(width="auto"))
        else:
            made = _dropdown(one.label, self.worklist.choices(one.name), one.value)
        made.observe(lambda change: self._narrow(), names="value")
        return made

    def _narrow(self) -> None:
        """Show the first rows that pass the filters."""
        if self._filling:
            return
        chosen = {name: _text_of(made.value) for name, made in self.filters.items()}
        self._keys = self.worklist.keys(chosen, str(self.order.value))
        self._number = 0
        self._fill()

    def _turn(self, step: int) -> None:
        self._number += step
        self._fill()
        self.rows[0].focus()

    def _fill(self) -> None:
        """Write the rows of this page as they stand now."""
        keys, self._number = page_of(self._keys, self._number)
        for place, row in enumerate(self.rows):
            row.fill(self.worklist.task(keys[place]) if place < len(keys) else None)
        self.count.value = f'<div class="wb-page">{escape(shown_rows(len(self._keys), self._number))}</div>'
        self.before.disabled = self._number == 0
        self.after.disabled = (self._number + 1) * PAGE_LENGTH >= len(self._keys)
        self._write_head()

    def _write_head(self) -> None:
        self.head.value = (
            f'<style>{STYLESHEET.read_text(encoding="utf-8")}</style><div class="wb-exhibit">'
            f'<h2>{escape(self.worklist.headline)}</h2><p class="wb-question">{escape(self._question)}</p></div>'
        )

    def _answer(self, row: TaskRow, action: str, values: Mapping[str, str]) -> None:
        if not self.name.value.strip():
            row.say(NO_NAME)
            self.name.focus()
            return
        key = row.task.key if row.task else ""
        saved = self._tried(row.say, lambda: self.worklist.answer(key, action, values, self.name.value))
        if saved is not None:
            row.close()
            self._written(saved)
            row.focus()

    def _undo(self) -> None:
        if not self.name.value.strip():
            self.said.value = _words(NO_NAME, problem=True)
            self.name.focus()
            return
        saved = self._tried(self._say_problem, lambda: self.worklist.undo(self.name.value))
        if saved is not None:
            self._written(saved)

    def _read_again(self) -> None:
        self.worklist.refresh()
        self._narrow()
        self.said.value = _words("Read again.")

    def _written(self, saved: Saved) -> None:
        """Show what was saved: first the row, then the words, then the rest of the page."""
        for row in self.rows:
            if row.task is not None:
                row.fill(self.worklist.task(row.task.key), keep_open=True)
        self._write_head()
        self.said.value = _words(saved.words) + (_words(saved.meanwhile, problem=True) if saved.meanwhile else "")
        self._changed()

    def _history(self, row: TaskRow) -> str:
        if row.task is None:
            return ""
        self.worklist.refresh()
        headings, entries = self.worklist.history(row.task.key)
        if not entries:
            return "<p>Nothing has been decided about this yet.</p>"
        head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
        body = "".join(f"<tr>{''.join(f'<td>{escape(text)}</td>' for text in entry)}</tr>" for entry in entries)
        caption = f"What was decided about {row.task.title}"
        return (
            f'<div class="wb-scroll" role="region" tabindex="0" aria-label="{escape(caption)}"><table class="wb-table">'
            f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )

    def _tried(self, say: Callable[[str], None], save: Callable[[], Saved]) -> Saved | None:
        """Save something; what is in the way is said in words, and no value of a record gets into the log."""
        try:
            return save()
        except WorkbenchError as problem:
            say(str(problem))
        except Exception as problem:
            log.error("an answer could not be saved: %s", type(problem).__name__)
            say(FAULT)
        return None

    def _say_problem(self, text: str) -> None:
        self.said.value = _words(text, problem=True)


class TaskRow:
    """One row of a worklist: its text, its answers, the form of the answer that is being given, and its history."""

    def __init__(
        self, answer: Callable[[TaskRow, str, Mapping[str, str]], None], history: Callable[[TaskRow], str]
    ) -> None:
        self._answer = answer
        self._ask_history = history
        self.task: Task | None = None
        self._form_of: Action | None = None
        self._boxes: dict[str, Any] = {}
        self.text = widgets.HTML("")
        self.buttons = [_button("", partial(self._press, place)) for place in range(MOST_ACTIONS)]
        self.buttons[0].button_style = "primary"
        self.decide_again = _button("Decide again …", self._decide_again)
        self.history = _button("History", self._toggle_history)
        self.said = widgets.HTML("")
        self.form = _bar()
        self.form.add_class("wb-form")
        self.past = widgets.HTML("")
        answers = _bar(*self.buttons, self.decide_again, self.history)
        self.view = widgets.VBox([self.text, answers, self.form, self.said, self.past])
        self.view.add_class("wb-task")
        self.close()

    def fill(self, task: Task | None, *, keep_open: bool = False) -> None:
        """Show a task, or nothing."""
        same = keep_open and task is not None and self.task is not None and task.key == self.task.key
        self.task = task
        _show(self.view, task is not None)
        if not same:
            self.close()
            self.past.value = ""
        if task is None:
            return
        self.text.value = _task_html(task)
        self._offer(not task.is_settled)
        if self.past.value:
            self.past.value = self._past_html()

    def close(self) -> None:
        """Put the form away."""
        self._form_of = None
        self._boxes = {}
        self.form.children = ()
        self.said.value = ""
        _show(self.form, False)

    def say(self, problem: str) -> None:
        """Say in the row what is in the way."""
        self.said.value = _words(problem, problem=True)

    def focus(self) -> None:
        """Bring the keyboard to this row."""
        self.history.focus()

    def _offer(self, every: bool) -> None:
        actions = self.task.actions if self.task else ()
        for place, button in enumerate(self.buttons):
            there = every and place < len(actions)
            _show(button, there)
            if there and self.task:
                button.description = actions[place].label
                button.tooltip = f"{actions[place].label}: {self.task.title}"
        _show(self.decide_again, not every)

    def _decide_again(self) -> None:
        self._offer(True)
        self.buttons[0].focus()

    def _press(self, place: int) -> None:
        action = self.task.actions[place] if self.task and place < len(self.task.actions) else None
        if action is None:
            return
        if not action.boxes:
            self._answer(self, action.name, {})
            return
        self.said.value = ""
        self._form_of = action
        self._boxes = {box.name: _box(box) for box in action.boxes}
        self.form.children = (
            *self._boxes.values(),
            _button("Save", self._save, primary=True),
            _button("Cancel", self._cancel),
        )
        _show(self.form, True)
        next(iter(self._boxes.values())).focus()

    def _save(self) -> None:
        if self._form_of is not None:
            values = {name: _text_of(box.value) for name, box in self._boxes.items()}
            self._answer(self, self._form_of.name, values)

    def _cancel(self) -> None:
        self.close()
        self.focus()

    def _toggle_history(self) -> None:
        self.past.value = "" if self.past.value else self._past_html()

    def _past_html(self) -> str:
        return f'<div class="wb-exhibit wb-history">{self._ask_history(self)}</div>'


def _task_html(task: Task) -> str:
    cells = "".join(_cell_html(heading, text) for heading, text in task.cells)
    settled = " wb-settled" if task.is_settled else ""
    return (
        f'<div class="wb-exhibit{settled}"><h3>{escape(task.title)}</h3>'
        f'<p class="wb-task-about">{escape(task.about)}</p><p class="wb-task-state">{escape(task.state)}</p>'
        f'<dl class="wb-task-cells">{cells}</dl></div>'
    )


def _cell_html(heading: str, text: str) -> str:
    lines = "".join(f"<p>{escape(line)}</p>" for line in text.splitlines())
    return f"<div><dt>{escape(heading)}</dt><dd>{lines}</dd></div>"


def _box(box: Answerable) -> Any:
    wide = {"style": {"description_width": "initial"}, "layout": widgets.Layout(width="auto", max_width="100%")}
    if box.kind == "choice":
        return widgets.Dropdown(description=box.label, options=list(box.choices), value=box.value, **wide)
    if box.kind == "date":
        return widgets.DatePicker(description=box.label, value=dt.date.fromisoformat(box.value), **wide)
    return widgets.Text(description=box.label, value=box.value, **wide)


def _dropdown(label: str, options: list[tuple[str, str]], value: str | None = None) -> Any:
    return widgets.Dropdown(
        description=label,
        options=options,
        value=options[0][1] if value is None else value,
        style={"description_width": "initial"},
        layout=widgets.Layout(width="auto", max_width="100%", min_width="0"),
    )


def _button(label: str, press: Callable[[], None], *, primary: bool = False) -> Any:
    button = widgets.Button(description=label, button_style="primary" if primary else "")
    button.on_click(lambda _: press())
    return button


def _bar(*children: Any) -> Any:
    bar = widgets.Box(list(children))
    bar.add_class("wb-bar")
    return bar


def _show(view: Any, there: bool) -> None:
    view.layout.display = None if there else "none"


def _text_of(value: object) -> str:
    """Return what stands in a control as text: a switch as "yes" or nothing, a date as people type it."""
    if isinstance(value, bool):
        return "yes" if value else ""
    return value.isoformat() if isinstance(value, dt.date) else str(value or "")


def _message(text: str) -> Any:
    message = widgets.HTML(_words(text))
    message.add_class("wb-saved")
    return message


def _words(text: str, *, problem: bool = False) -> str:
    if problem:
        return f'<div class="wb-page"><p class="wb-problem" role="alert">{escape(text)}</p></div>'
    return f'<div class="wb-page"><p role="status">{escape(text)}</p></div>'

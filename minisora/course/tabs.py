"""Rooms behind tabs, each of which is built when it is first opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import ipywidgets

STYLE = """<style>
div.ms-tabs { overflow: visible; }
.ms-tabs.widget-tab.widget-tab > .lm-TabBar {
  margin-bottom: 22px; border-bottom: 1px solid var(--jp-border-color2, #dadce0);
}
.ms-tabs.widget-tab.widget-tab > .lm-TabBar > .lm-TabBar-content { align-items: stretch; }
.ms-tabs.widget-tab.widget-tab > .lm-TabBar .lm-TabBar-tab.lm-TabBar-tab {
  flex: none; min-width: 0; margin: 0 0 -1px; padding: 8px 18px; border: none; border-bottom: 3px solid transparent;
  background: none; color: var(--jp-ui-font-color2, #5f6368); font-size: 15px; line-height: 22px; cursor: pointer;
}
.ms-tabs.widget-tab.widget-tab > .lm-TabBar .lm-TabBar-tab::before { display: none; }
.ms-tabs.widget-tab.widget-tab > .lm-TabBar .lm-TabBar-tab:hover { color: var(--jp-ui-font-color1, #202124); }
.ms-tabs.widget-tab.widget-tab > .lm-TabBar .lm-TabBar-tab.lm-mod-current {
  color: var(--jp-ui-font-color1, #202124); font-weight: 600; border-bottom-color: #0072B2; transform: none;
}
.ms-tabs.widget-tab.widget-tab > .lm-TabBar .lm-TabBar-tab:focus-visible {
  outline: 2px solid #0072B2; outline-offset: -2px;
}
.ms-tabs.widget-tab.widget-tab > .widget-tab-contents { border: none; padding: 0; overflow: visible; }
</style>"""


class Tabs:
    """Tabs that are chosen by mouse, or with the arrow keys and Enter; what was opened stays as it is left.

    Args:
        rooms: what builds each room, by its name.
        first: the one that is open.
    Attributes:
        widget: all of it. open: the name of the room that is open.
    """

    def __init__(self, rooms: Mapping[str, Callable[[], ipywidgets.Widget]], *, first: str) -> None:
        self._rooms, self._built = dict(rooms), set[str]()
        self._places = {name: ipywidgets.VBox() for name in rooms}
        self._bar = ipywidgets.Tab(list(self._places.values()), titles=list(rooms))
        self._bar.add_class("ms-tabs")
        self._bar.selected_index = list(rooms).index(first)
        self._bar.observe(lambda _: self._build(), names="selected_index")
        self.widget = ipywidgets.VBox([ipywidgets.HTML(STYLE, layout={"display": "none"}), self._bar])
        self._build()

    @property
    def open(self) -> str:
        return list(self._rooms)[self._bar.selected_index or 0]

    def heed(self, heard: Callable[[], object]) -> None:
        """Call this whenever another one is opened."""
        self._bar.observe(lambda _: heard(), names="selected_index")

    def _build(self) -> None:
        if (name := self.open) not in self._built:
            self._built.add(name)
            self._places[name].children = [ipywidgets.HTML('<span role="status">Opening …</span>')]
            self._places[name].children = [self._rooms[name]()]

"""The page of many films: whole, escaped, and without anything from elsewhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image

from minisora.errors import UserError
from minisora.film.gallery import write_gallery

EVIL = "<script>alert(1)</script>\"'&"


class Tags(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, title in (("b/film", "Zebra"), ("a & b/my film", "A {x}"), ("none/lost", "")):
        path = tmp_path / f"{name}.mp4"
        path.parent.mkdir(parents=True)
        path.write_bytes(name.encode() * 100)
        if title:
            text = f"title: '{title}'\nauthor: Ada\nshots: [a red circle spins]\n".replace("{x}", "B")
            path.with_suffix(".yaml").write_text(text, encoding="utf-8")
    Image.new("RGB", (8, 8)).save(tmp_path / "b" / "film.png")
    (tmp_path / "b" / "film.json").write_text('{"right": 1, "shots": [{}]}')
    (tmp_path / "a & b" / "my film.json").write_text("[")
    return tmp_path


def tags_of(page: Path) -> list[tuple[str, dict[str, str | None]]]:
    reader = Tags()
    reader.feed(page.read_text(encoding="utf-8"))
    return reader.tags


def test_one_page_holds_all_of_it(folder: Path) -> None:
    page, films, told = write_gallery(folder, folder / "index.html", title="Class 8b")
    text = page.read_text(encoding="utf-8")
    assert films == 2 and len(told) == 1 and "lost.mp4: left out, for there is no lost.yaml beside it" in told[0]
    assert text.index("A B") < text.index("Zebra") and "<title>Class 8b</title>" in text
    assert "everything right in 1 of 1 shots" in text and text.count('class="judge"') == 1
    tags = tags_of(page)
    assert [tag for tag, _ in tags].count("video") == 2 and "script" not in [tag for tag, _ in tags]
    sources = [value for _, attrs in tags for name, value in attrs.items() if name in ("src", "poster", "href")]
    assert len(sources) == 3 and all(str(value).startswith("data:") for value in sources)
    assert "http" not in text and "a red circle spins" in text


def test_what_people_wrote_is_text_and_nothing_else(folder: Path) -> None:
    board = f"title: a\nauthor: |\n  {EVIL}\ncredits: [thanks]\nshots: [a red circle spins]  # {EVIL}\n"
    (folder / "b" / "film.yaml").write_text(board, encoding="utf-8")
    page, _, _ = write_gallery(folder, folder / "index.html", title=EVIL)
    tags = [tag for tag, _ in tags_of(page)]
    assert "script" not in tags and not any(name.startswith("on") for _, attrs in tags_of(page) for name in attrs)
    text = page.read_text(encoding="utf-8")
    assert "<script" not in text and text.count("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;&amp;") >= 4


def test_beside_it_names_the_files(folder: Path) -> None:
    page, _, _ = write_gallery(folder, folder / "pages" / "all.html", beside=True)
    sources = [attrs["src"] for tag, attrs in tags_of(page) if tag == "video"]
    assert sources == ["../a%20%26%20b/my%20film.mp4", "../b/film.mp4"]
    assert not re.search(r"data:", page.read_text(encoding="utf-8"))


def test_folders_without_films(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(UserError, match=r"no films in .*put NAME.mp4 and NAME.yaml there"):
        write_gallery(empty, empty / "index.html")
    with pytest.raises(UserError, match="no folder"):
        write_gallery(tmp_path / "nowhere", tmp_path / "index.html")
    monkeypatch.setattr("minisora.film.gallery.MOST", 10)
    with pytest.raises(UserError, match="more than a page should hold — add --beside"):
        write_gallery(folder, folder / "index.html")
    assert write_gallery(folder, folder / "index.html", beside=True)[1] == 2

"""Letters of a few pixels, five rows high, for cards as small as the clips are: capitals, as films have them."""

from __future__ import annotations

import unicodedata

import numpy as np

ROWS, ABOVE, BELOW = 5, 2, 1  #: Rows of a letter, and those above and below it for marks such as in Ö and Ş.

#: A letter's rows from top to bottom, parted by spaces.
_GLYPHS = {
    "A": ".#. #.# ### #.# #.#",
    "B": "##. #.# ##. #.# ##.",
    "C": ".## #.. #.. #.. .##",
    "D": "##. #.# #.# #.# ##.",
    "E": "### #.. ##. #.. ###",
    "F": "### #.. ##. #.. #..",
    "G": ".### #... #.## #..# .###",
    "H": "#.# #.# ### #.# #.#",
    "I": "# # # # #",
    "J": "..# ..# ..# #.# .#.",
    "K": "#..# #.#. ##.. #.#. #..#",
    "L": "#.. #.. #.. #.. ###",
    "M": "#...# ##.## #.#.# #...# #...#",
    "N": "#..# ##.# #.## #..# #..#",
    "O": ".##. #..# #..# #..# .##.",
    "P": "##. #.# ##. #.. #..",
    "Q": ".##. #..# #..# #.#. .#.#",
    "R": "##. #.# ##. #.# #.#",
    "S": ".## #.. .#. ..# ##.",
    "T": "### .#. .#. .#. .#.",
    "U": "#..# #..# #..# #..# .##.",
    "V": "#...# #...# .#.#. .#.#. ..#..",
    "W": "#...# #...# #.#.# ##.## #...#",
    "X": "#.# #.# .#. #.# #.#",
    "Y": "#.# #.# .#. .#. .#.",
    "Z": "### ..# .#. #.. ###",
    "Ə": "###. ...# #### #..# .##.",
    "0": "### #.# #.# #.# ###",
    "1": ".#. ##. .#. .#. ###",
    "2": "##. ..# .#. #.. ###",
    "3": "### ..# .## ..# ###",
    "4": "#.# #.# ### ..# ..#",
    "5": "### #.. ##. ..# ##.",
    "6": ".## #.. ### #.# ###",
    "7": "### ..# .#. .#. .#.",
    "8": "### #.# ### #.# ###",
    "9": "### #.# ### ..# ##.",
    " ": ".. .. .. .. ..",
    ".": ". . . . #",
    ",": ".. .. .. .# #.",
    ":": ". # . # .",
    ";": ".. .# .. .# #.",
    "!": "# # # . #",
    "?": "##. ..# .#. ... .#.",
    "'": "# # . . .",
    '"': "#.# #.# ... ... ...",
    "-": "... ... ### ... ...",
    "+": "... .#. ### .#. ...",
    "/": "..# ..# .#. #.. #..",
    "(": ".# #. #. #. .#",
    ")": "#. .# .# .# #.",
    "&": ".#.. #.#. .#.. #.#. .#.#",
    "=": "... ### ... ### ...",
    "#": ".#.#. ##### .#.#. ##### .#.#.",
    "@": ".###. #.#.# #.### #.... .###.",
    "_": "... ... ... ... ###",
    "%": "#.# ..# .#. #.. #.#",
    "Б": "### #.. ##. #.# ##.",
    "Г": "### #.. #.. #.. #..",
    "Д": ".##. .##. .##. #### #..#",
    "Ж": "#.#.# #.#.# .###. #.#.# #.#.#",
    "З": "##. ..# .#. ..# ##.",
    "И": "#..# #..# #.## ##.# #..#",
    "Л": ".## #.# #.# #.# #.#",
    "П": "### #.# #.# #.# #.#",
    "У": "#.# #.# .## ..# ##.",
    "Ф": ".###. #.#.# #.#.# .###. ..#..",
    "Ц": "#.#. #.#. #.#. #### ...#",
    "Ч": "#.# #.# ### ..# ..#",
    "Ш": "#.#.# #.#.# #.#.# #.#.# #####",
    "Щ": "#.#.#. #.#.#. #.#.#. ###### .....#",
    "Ъ": "##.. .#.. .##. .#.# .##.",
    "Ы": "#...# #...# ##..# #.#.# ##..#",
    "Ь": "#.. #.. ##. #.# ##.",
    "Э": "##. ..# .## ..# ##.",
    "Ю": "#.##. ##..# ##..# ##..# #.##.",
    "Я": ".## #.# .## #.# #.#",
}
#: Letters that look like others.
_GLYPHS |= {new: _GLYPHS[old] for new, old in zip("АВЕКМНОРСТХ", "ABEKMHOPCTX", strict=True)}
_LIKE = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "ß": "SS", "ı": "I"})
_LIKE |= str.maketrans({"·": ".", "×": "X", "Ø": "O", "ø": "O", "Ł": "L", "ł": "L", "„": '"', "ẞ": "SS"})

#: Marks of letters: rows above and below, and their pixels.
_MARKS = {
    "\u0308": "#.# ...",
    "\u0306": "#.# .#.",
    "\u030c": "#.# .#.",
    "\u0302": ".#. #.#",
    "\u0303": ".## ##.",
    "\u0301": ".# #.",
    "\u0300": "#. .#",
    "\u0307": "# .",
    "\u030a": "# .",
    "\u030b": "#.# ...",
    "\u0304": "### ...",
}
_UNDER = {"\u0327": "#", "\u0328": ".#", "\u0326": "#"}


def unknown_letters(text: str) -> list[str]:
    """The letters of a text that there are no pixels for, each once."""
    return list(dict.fromkeys(base for base, _ in _parts(text) if base not in _GLYPHS))


def line(text: str) -> np.ndarray:
    """One line of text as pixels, bool ``8 w``: marks above, five rows of letters, one row below.

    A letter that there are no pixels for is drawn as a frame (:func:`unknown_letters` names it).
    """
    drawn = [_letter(base, marks) for base, marks in _parts(text)]
    gap = np.zeros((ABOVE + ROWS + BELOW, 1), bool)
    pieces = [piece for each in drawn for piece in (gap, each)][1:]
    return np.concatenate(pieces, 1) if pieces else np.zeros((ABOVE + ROWS + BELOW, 0), bool)


def width(text: str) -> int:
    """Of a line, in pixels."""
    return line(text).shape[1]


def _parts(text: str) -> list[tuple[str, list[str]]]:
    """Each letter without its marks, and them; small letters become capitals, as in Turkish i its dot stays."""
    found: list[tuple[str, list[str]]] = []
    for each in unicodedata.normalize("NFC", text).translate(_LIKE):
        for letter in each.upper():
            base, *marks = [letter] if letter in _GLYPHS else unicodedata.normalize("NFD", letter)
            if base.isspace():
                base = " "
            found.append((base, [mark for mark in marks if mark in _MARKS or mark in _UNDER]))
    return found


def _letter(base: str, marks: list[str]) -> np.ndarray:
    body = _pixels(_GLYPHS.get(base, "### #.# #.# #.# ###"))
    drawn = np.zeros((ABOVE + ROWS + BELOW, body.shape[1]), bool)
    drawn[ABOVE : ABOVE + ROWS] = body
    for mark in marks:
        over = mark in _MARKS
        shape = _pixels(_MARKS[mark] if over else _UNDER[mark])
        if shape.shape[1] > drawn.shape[1]:  # two dots over an I
            drawn = np.pad(drawn, ((0, 0), (1, shape.shape[1] - drawn.shape[1] - 1)))
        left = (drawn.shape[1] - shape.shape[1]) // 2
        rows = slice(0, ABOVE) if over else slice(ABOVE + ROWS, None)
        drawn[rows, left : left + shape.shape[1]] |= shape
    return drawn


def _pixels(rows: str) -> np.ndarray:
    return np.array([[dot == "#" for dot in row] for row in rows.split()])

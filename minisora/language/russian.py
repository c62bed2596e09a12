"""Russian, in Cyrillic letters or as it is written in Latin ones."""

from __future__ import annotations

from minisora.language.tongue import Language

_WORDS = """
shape circle: круг~m, шар~m, шарик~m, мяч~m, мячик~m, диск~m, точк~fк, окружност~fь, кружок/кружк~m
shape square: квадрат~m, куб~m, кубик~m, коробк~fк, блок~m, ящик~m
shape triangle: треугольник~m, пирамид~f
shape star: звезд~f, звёздочк~fк, звёзды
shape diamond: ромб~m, алмаз~m
shape ring: кольц~n, колец, обруч~m, бублик~m, пончик~m
numeral 0: нол~mь, нул~mь
numeral 1: единиц~fц
digit 1: один, одна, одно
numeral 2: двойк~fк
digit 2: два, две, двое
numeral 3: тройк~fк
digit 3: три, трое
numeral 4: четвёрк~fк
digit 4: четыре
numeral 5: пятёрк~fк
digit 5: пять
numeral 6: шестёрк~fк
digit 6: шесть
numeral 7: семёрк~fк
digit 7: семь
numeral 8: восьмёрк~fк
digit 8: восемь
numeral 9: девятк~fк
digit 9: девять
thing object: объект~m, предмет~m, фигур~f, форм~f
thing digit: цифр~f, числ~n
colour red: красн~adj, ал~adj, багров~adj, рубинов~adj
colour orange: оранжев~adj, рыж~adjk
colour yellow: жёлт~adj, золот~adjo, золотист~adj, лимонн~adj
colour green: зелён~adj, изумрудн~adj
colour cyan: голуб~adjo, бирюзов~adj, светло-голуб~adjo
colour blue: син~adjn, лазурн~adj
colour purple: фиолетов~adj, лилов~adj, пурпурн~adj, сиренев~adj
colour white: бел~adj
size small: маленьк~adjk, небольш~adjok, крошечн~adj, крохотн~adj, мал~adj
size medium: средн~adjn, среднего размера
size large: больш~adjok, огромн~adj, крупн~adj, гигантск~adjk
ground black: чёрн~adj, тёмн~adj
ground grey: сер~adj, тёмно-сер~adj
ground navy: тёмно-син~adjn
hand: рукописн~adj, написанн~adj
verb move: движется, движутся+, движущ~sya*, двигается, двигаются+, двигающ~sya*, едет, едут+, едущ~adjk*, идёт, идут+
verb move: летит, летят+, летящ~adjk*, катится, катятся+, катящ~sya*, скользит, скользят+, скользящ~adjk*, плывёт
verb move: плывут+
verb move: плывущ~adjk*, перемещается, перемещаются+, перемещающ~sya*, ползёт, ползут+, ползущ~adjk*, дрейфует
verb move: смещается
verb move: уходит, летает, летают+, плавает, сдвигается, сдвигаются+
verb rise: поднимается, поднимаются+, поднимающ~sya*, взлетает, взлетают+, всплывает, взлетающ~adjk*
verb fall: падает, падают+, падающ~adjk*, опускается, опускаются+, опускающ~sya*, тонет, спускается, спускаются+
verb get: становится, становятся+
motion bounces: прыгает, прыгают+, прыгающ~adjk*, подпрыгивает, подпрыгивают+, подпрыгивающ~adjk*, скачет, скачут+
motion bounces: скачущ~adjk*, отскакивает, отскакивают+, отскакивающ~adjk*
motion orbits: кружит, кружат+, ходит по кругу
motion spins: вращается, вращаются+, вращающ~sya*, крутится, крутятся+, крутящ~sya*, вертится, вертятся+, кружится
motion spins: кружатся+
motion grows: растёт, растут+, растущ~adjk*, увеличивается, увеличиваются+, увеличивающ~sya*, больше
motion shrinks: уменьшается, уменьшаются+, уменьшающ~sya*, сжимается, сжимаются+, сжимающ~sya*, меньше
motion blinks: мигает, мигают+, мигающ~adjk*, моргает, моргают+, мерцает, мерцают+, мерцающ~adjk*, вспыхивает
motion still: стоит, стоят+, стоящ~adjk*, неподвижно, неподвижн~adj*, неподвижен, неподвижна, неподвижны, лежит
motion still: лежат+, остаётся, остаются+, замер
motion still: покоится, покоятся+, замерла, статичн~adj*
camera zooms in: приближается, приближает, наезжает, приближаются
camera zooms out: отдаляется, отдаляет, удаляется, отъезжает
verb pan: панорамирует, поворачивается, поворачивает
direction left: влево, налево, лев~adj, в левую сторону
direction right: вправо, направо, прав~adj, в правую сторону
direction up: вверх, наверх, кверху, ввысь, верхн~adjn
direction down: вниз, книзу, нижн~adjn
round: по кругу, кругами, по окружности, по орбите
updown: вверх-вниз, вверх и вниз
pace slowly: медленно, неторопливо, тихо
pace quickly: быстро, скоро, резво
not: не
walls: стен~f, стенок, стенк~fк, кра~m, краёв
noun camera: камер~f
noun background: фон~m
noun sky: неб~n, пейзаж~m, горизонт~m, холм~m, холмами, облак~n, облаками, облаков, улице, природе
before left of: слева от, левее
before right of: справа от, правее
before above: над, выше
before below: под, ниже
before in front of: перед, спереди от
before behind: за, позади
both: оба, обе, вместе
which: котор~adj, что
and: и, а
while: пока, в то время как, тогда как, причём, при этом, когда, а также
filler: на, в, во, с, со, от, по, к, ко, о, об, у, есть, это, видно, видео, клип, ролик, анимаци, показывает, покажи
filler: пусть, он
filler: от руки, она, оно, они, себя, своей, оси, вокруг, на месте, место, сторону, угол, углу, угла, диагонали
filler: диагонально, облачн~adj
filler: ярк~adjk, однотонн~adj, цвета, цвет, размера, коротк~adjk, всё, очень, тут, там, слегка, отскок, изображение
filler: вид
"""

#: Of adjectives after hard, soft and stressed stems.
_HARD = {"gen.m": "ого", "gen.f": "ой", "ins.f": "ой", "acc.f": "ую", "dat.m": "ому", "a.f": "ая", "loc": "ом"}
_PLURAL = {"plural": "ые", "plural gen": "ых", "plural ins": "ыми", "ins.m": "ым", "a.n": "ое"}
_AFTER_K = {"plural": "ие", "plural gen": "их", "plural ins": "ими", "ins.m": "им", "a.n": "ое"}

#: Cyrillic as Latin letters; who writes Latin has several ways to write ``й`` and ``ы``, which become one.
_LATIN = dict(
    zip("абвгдеёзийклмнопрстуфхцыэьъyj", [*"abvgdeeziiklmnoprstufh", "ts", *"ie", "", "", *"ii"], strict=True),
    **{"ж": "zh", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "iu", "я": "ia"},
)

RUSSIAN = Language(
    code="ru",
    name="Russian",
    words=_WORDS,
    endings={
        "adj": {"a.m": "ый", **_HARD, **_PLURAL, "gen.n": "ого", "ins.n": "ым"},
        "adjo": {"a.m": "ой", **_HARD, **_PLURAL, "gen.n": "ого", "ins.n": "ым"},
        "adjok": {"a.m": "ой", **_HARD, **_AFTER_K, "gen.n": "ого", "ins.n": "им"},
        "adjk": {
            **{"a.m": "ий", **_HARD, **_AFTER_K, "gen.n": "ого", "ins.n": "им"},
            **{"a.n2": "ее", "gen2": "его", "ins2": "ей", "loc2": "ем", "dat2": "ему"},
        },
        "adjn": {
            **{"a.m": "ий", "a.f": "яя", "a.n": "ее", "gen.m": "его", "gen.f": "ей", "gen.n": "его", "ins.m": "им"},
            **{"ins.f": "ей", "ins.n": "им", "acc.f": "юю", "loc": "ем", "dat.m": "ему", "pl": "ие", "pl2": "их"},
        },
        "sya": {
            **{"a.m": "ийся", "a.f": "аяся", "a.n": "ееся", "plural": "иеся", "gen": "егося", "gen.f": "ейся"},
            **{"ins": "имся", "loc": "емся", "acc.f": "уюся", "plural gen": "ихся"},
        },
        "m": {
            **{"a": "", "gen": "а", "ins": "ом", "dat": "у", "loc": "е", "pl": "ы", "pl2": "и", "pl gen": "ов"},
            **{"ins2": "ем", "pl gen2": "ей"},
        },
        "mь": {"a": "ь", "gen": "я", "ins": "ём", "dat": "ю", "loc": "е"},
        "f": {
            **{"a": "а", "gen": "ы", "ins": "ой", "acc": "у", "loc": "е", "pl": "и", "pl gen": "", "ins2": "ей"},
        },
        "fк": {"a": "а", "gen": "и", "ins": "ой", "acc": "у", "loc": "е", "pl gen": "ек"},
        "fц": {"a": "а", "gen": "ы", "ins": "ей", "acc": "у", "loc": "е", "pl gen": ""},
        "fь": {"a": "ь", "gen": "и", "ins": "ью", "pl gen": "ей"},
        "n": {"a": "о", "gen": "а", "ins": "ом", "dat": "у", "loc": "е"},
    },
    letters=_LATIN,
    folds=(("kh", "h"), ("io", "e"), ("shch", "sch"), ("'", ""), (r"(.)\1", r"\1")),
    phrase="{size} {colour} {hand} {shape}",
    motions={
        "move": "движется {}",
        "still": "стоит на месте",
        "bounces": "прыгает",
        "orbits": "движется по кругу",
        "spins": "вращается",
        "grows": "растёт",
        "shrinks": "уменьшается",
        "blinks": "мигает",
    },
    directions={"left": "влево", "right": "вправо", "up": "вверх", "down": "вниз"},
    relations={
        "left of": "{the} слева от {gen}",
        "right of": "{the} справа от {gen}",
        "above": "{the} над {ins}",
        "below": "{the} под {ins}",
        "in front of": "{the} перед {ins}",
    },
    backgrounds={
        "black": "на чёрном фоне",
        "grey": "на сером фоне",
        "navy": "на тёмно-синем фоне",
        "sky": "под облачным небом",
    },
    cameras={
        "static": ", в то время как камера неподвижна",
        "pans left": ", в то время как камера движется влево",
        "pans right": ", в то время как камера движется вправо",
        "zooms in": ", в то время как камера приближается",
        "zooms out": ", в то время как камера отдаляется",
    },
    joined="и",
    off_walls="и отскакивает от стен",
    smooth=((r" ,", ","),),
    meant={
        "розовый": ("фиолетовый", "красный"),
        "розовая": ("фиолетовая", "красная"),
        "коричневый": ("оранжевый",),
        "прямоугольник": ("квадрат",),
        "овал": ("круг",),
        "эллипс": ("круг",),
        "сердце": ("звезда", "ромб"),
        "солнце": ("круг",),
        "луна": ("круг",),
        **dict.fromkeys(("танцует", "танцуют", "трясётся", "качается"), ("прыгает", "вращается")),
        "исчезает": ("мигает", "уменьшается"),
        "рядом": ("слева от", "справа от"),
    },
    examples=("маленький красный шар скользит влево", "круг вращается, а синий квадрат прыгает"),
)

"""German."""

from __future__ import annotations

from minisora.language.tongue import Language

_WORDS = """
shape circle: Kreis~m1, Scheibe~f, Ball~m, Kugel~f, Punkt~m, Kreisfläche~f
shape circle: Bälle, Bällen
shape square: Quadrat~n, Viereck~n, Kasten~m, Kästchen~n1, Würfel~m, Block~m, Kiste~f
shape square: Blöcke, Blöcken
shape triangle: Dreieck~n, Pyramide~f
shape star: Stern~m, Sternchen~n1
shape diamond: Raute~f, Rhombus~m, Diamant~m, Karo~n1
shape ring: Ring~m, Reifen~m, Donut~m
digit 0: Null~f
digit 1: Eins~f, Einsen
digit 2: Zwei~f
digit 3: Drei~f
digit 4: Vier~f
digit 5: Fünf~f
digit 6: Sechs~f, Sechsen
digit 7: Sieben~f
digit 8: Acht~f, Achten
digit 9: Neun~f
thing object: Objekt~n, Form~f, Formen, Figur~f, Figuren, Gegenstand~m, Gegenstände, Ding~n
thing digit: Ziffer~f, Zahl~f, Zahlen
colour red: rot~adj, knallrot~adj, dunkelrot~adj, hellrot~adj, feuerrot~adj, rubinrot~adj
colour orange: orang~e, orangefarben~adj, orangen~adj
colour yellow: gelb~adj, golden~adj, goldfarben~adj, zitronengelb~adj, goldgelb~adj
colour green: grün~adj, hellgrün~adj, dunkelgrün~adj, smaragdgrün~adj
colour cyan: türkis~adj, cyan, cyanfarben~adj, hellblau~adj, türkisfarben~adj, türkisblau~adj
colour blue: blau~adj, himmelblau~adj, azurblau~adj
colour purple: violett~adj, lila, purpurn~adj, purpur, lilafarben~adj, lilan~adj
colour white: weiß~adj, schneeweiß~adj, elfenbeinfarben~adj
size small: klein~adj, winzig~adj, klitzeklein~adj
size medium: mittelgroß~adj, mittler~adj
size large: groß~adj, riesig~adj, gewaltig~adj, riesengroß~adj
ground black: schwarz~adj, pechschwarz~adj, dunkel/dunkl~adj
ground grey: grau~adj, dunkelgrau~adj, hellgrau~adj
ground navy: dunkelblau~adj, marineblau~adj, nachtblau~adj
hand: handgeschrieben~adj, handschriftlich~adj
verb move: bewegt, bewegen+, bewegend~adj*, gleitet, gleiten+, gleitend~adj*, rutscht, rutschen+, rutschend~adj*
verb move: schwebt, schweben+, schwebend~adj*, treibt, treiben+, treibend~adj*, rollt, rollen+, rollend~adj*
verb move: fliegt, fliegen+, fliegend~adj*, fährt, fahren+, fahrend~adj*, wandert, wandern+, wandernd~adj*
verb move: zieht, ziehen+, läuft, laufen+, geht, gehen+, schiebt, schieben+
verb rise: steigt, steigen+, steigend~adj*, aufsteigend~adj*, aufsteigt
verb fall: fällt, fallen+, fallend~adj*, sinkt, sinken+, sinkend~adj*
verb get: wird, werden+
motion bounces: hüpft, hüpfen+, hüpfend~adj*, springt, springen+, springend~adj*, prallt, prallen+, prellt
motion orbits: kreist, kreisen+, kreisend~adj*
motion spins: dreht, drehen+, drehend~adj*, rotiert, rotieren+, rotierend~adj*, wirbelt, wirbeln+, wirbelnd~adj*
motion grows: wächst, wachsen+, wachsend~adj*, größer, vergrößert, vergrößern+, anwachsend~adj*
motion shrinks: schrumpft, schrumpfen+, schrumpfend~adj*, kleiner wird, kleiner werden+, kleiner werdend~adj*
motion shrinks: verkleinert, verkleinern+
motion blinks: blinkt, blinken+, blinkend~adj*, flackert, flackern+, flackernd~adj*, blitzt, blitzen+
motion still: steht, stehen+, stehend~adj*, bleibt, bleiben+, ruht, ruhen+, ruhend~adj*, liegt, liegen+, sitzt, sitzen+
motion still: still, unbewegt~adj*, regungslos~adj*, bewegungslos~adj*, reglos~adj*, unbeweglich~adj*, fest, verharrt
verb pan: schwenkt, schwenken+
verb zoom: zoomt, zoomen+
camera zooms in: zoomt ein, heranzoomt, hineinzoomt, einzoomt, fährt heran
camera zooms out: herauszoomt, hinauszoomt, rauszoomt, fährt zurück
way in: hinein, heran, herein, rein, ran, näher
way out: heraus, hinaus, raus, weg, zurück
direction left: nach links, links, linke, linken, linkswärts
direction right: nach rechts, rechts, rechte, rechten, rechtswärts
direction up: nach oben, oben, aufwärts, hoch, hinauf, rauf, empor, herauf, obere, oberen
direction down: nach unten, unten, abwärts, hinunter, runter, hinab, herunter, herab, untere, unteren
round: im Kreis, im Kreise, in Kreisen, rundherum, ringsum
updown: auf und ab, auf und nieder
pace slowly: langsam~adj, gemächlich~adj
pace quickly: schnell~adj, rasch~adj, flott~adj
not: nicht
walls: Wand~f, Wände, Wänden, Rand~m, Ränder, Rändern, Kante~f
noun camera: Kamera~f, Ansicht~f
noun background: Hintergrund~m, Grund~m
noun sky: Himmel~m, Landschaft~f, Horizont~m, Hügel~m, Hügeln, Wolke~f, draußen, Freien
before left of: links von, links vom, links neben, auf der linken Seite von, auf der linken Seite vom
before right of: rechts von, rechts vom, rechts neben, auf der rechten Seite von, auf der rechten Seite vom
before above: über, überm, oberhalb von, oberhalb vom, oberhalb
before below: unter, unterm, unterhalb von, unterhalb vom, unterhalb
before in front of: vor, vorm
before behind: hinter, hinterm
both: beide, beiden, beides
which: welcher, welche, welches
the: der, die, das, dem, den, des
a: ein, eine, einen, einem, einer, eines, n, ne
and: und, sowie
while: während, wobei, indem, als, dann
filler: es gibt, gibt, ist, sind, war, sich, in, im, ins, auf, an, am, mit, von, vom, zu, zur, zum, ab, dabei, da, dort
filler: er, sie, es, hier, auf der Stelle, auf dem Fleck, an Ort und Stelle, Richtung, diagonal, schräg, schräge
filler: Ecke, Seite, Video~n
filler: Clip~m, Film~m, Animation~f, zeigt, zeige, zeig, mir, bitte, man sieht, sieht man, zu sehen, ich, sehe
filler: immer, um
filler: bewölkt~adj, wolkig~adj, einfarbig~adj, hell~adj, schlicht~adj, farbig~adj, nun, gerade, ganz, sehr, Farbe~f
filler: eigene, eigenen, Achse, gegen, kurz~adj, welchem, einander, uhrzeigersinn, herum, entlang, jeweils
"""

GERMAN = Language(
    code="de",
    name="German",
    words=_WORDS,
    endings={
        "adj": {"a.m": "er", "a.f": "e", "a.n": "es", "the": "e", "dat": "en", "to": "em", "bare": ""},
        "e": {"a.m": "er", "a.f": "e", "a.n": "es", "the": "e", "dat": "en", "to": "em", "bare": "e"},
        "m1": {"a": "", "gen": "es", "plural": "e"},  # without "kreisen", which is what they do
        "m": {"a": "", "gen": "es", "gen2": "s", "plural": "e", "plural dative": "en"},
        "n": {"a": "", "gen": "es", "gen2": "s", "plural": "e", "plural dative": "en"},
        "n1": {"a": "", "gen": "s"},
        "f": {"a": "", "plural": "n"},
    },
    letters={"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"},
    phrase="{article} {size} {colour} {hand} {shape}",
    articles={
        **{"a.m": "ein", "a.f": "eine", "a.n": "ein", "the.m": "der", "the.f": "die", "the.n": "das"},
        **{"dat.m": "dem", "dat.f": "der", "dat.n": "dem"},
    },
    motions={
        "move": "bewegt sich {}",
        "still": "steht still",
        "bounces": "hüpft",
        "orbits": "kreist",
        "spins": "dreht sich",
        "grows": "wächst",
        "shrinks": "schrumpft",
        "blinks": "blinkt",
    },
    directions={"left": "nach links", "right": "nach rechts", "up": "nach oben", "down": "nach unten"},
    relations={
        "left of": "{the} ist links von {dat}",
        "right of": "{the} ist rechts von {dat}",
        "above": "{the} ist über {dat}",
        "below": "{the} ist unter {dat}",
        "in front of": "{the} ist vor {dat}",
    },
    backgrounds={
        "black": "auf schwarzem Hintergrund",
        "grey": "auf grauem Hintergrund",
        "navy": "auf dunkelblauem Hintergrund",
        "sky": "unter bewölktem Himmel",
    },
    cameras={
        "static": ", während die Kamera still steht",
        "pans left": ", während die Kamera nach links schwenkt",
        "pans right": ", während die Kamera nach rechts schwenkt",
        "zooms in": ", während die Kamera heranzoomt",
        "zooms out": ", während die Kamera herauszoomt",
    },
    joined="und",
    off_walls="und prallt von den Wänden ab",
    smooth=((r" ,", ","), (r"\bvon dem\b", "vom")),
    meant={
        **dict.fromkeys(("rosa", "pink", "magenta"), ("violett", "rot")),
        "braun": ("orange",),
        "silbern": ("weiß", "grau"),
        "rechteck": ("Quadrat",),
        "oval": ("Kreis",),
        "ellipse": ("Kreis",),
        "herz": ("Stern", "Raute"),
        "sechseck": ("Raute", "Kreis"),
        "sonne": ("Kreis",),
        "mond": ("Kreis",),
        **dict.fromkeys(("tanzt", "tanzen", "zappelt", "wackelt"), ("hüpft", "dreht sich")),
        **dict.fromkeys(("verschwindet", "verschwinden"), ("blinkt", "schrumpft")),
        "neben": ("links von", "rechts von"),
    },
    examples=("ein winziger roter Ball gleitet nach links", "ein Kreis dreht sich und ein blaues Quadrat hüpft"),
)

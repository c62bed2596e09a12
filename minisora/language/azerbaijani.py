"""Azerbaijani, in Latin letters."""

from __future__ import annotations

from minisora.language.tongue import Language

_WORDS = """
shape circle: dairə~n, top~n, kürə~n, disk~n, nöqtə~n, şar, şarlar
shape square: kvadrat~n, qutu~n, kub~n, blok~n
shape triangle: üçbucaq/üçbucağ~n, piramida~n
shape star: ulduz~n
shape diamond: romb~n, almaz~n
shape ring: halqa~n, üzük/üzüy~n, çənbər~n
numeral 0: sıfır rəqəmi~n
digit 0: sıfır
numeral 1: bir rəqəmi~n
digit 1: bir~n
numeral 2: iki rəqəmi~n
digit 2: iki
numeral 3: üç rəqəmi~n
digit 3: üç
numeral 4: dörd rəqəmi~n
digit 4: dörd
numeral 5: beş rəqəmi~n
digit 5: beş
numeral 6: altı rəqəmi~n
digit 6: altı
numeral 7: yeddi rəqəmi~n
digit 7: yeddi
numeral 8: səkkiz rəqəmi~n
digit 8: səkkiz
numeral 9: doqquz rəqəmi~n
digit 9: doqquz
thing object: obyekt~n, əşya~n, fiqur~n, cisim/cism~n, forma~n, şey~n
thing digit: rəqəm~n, rəqəmi, ədəd~n
colour red: qırmızı~is, al~is, qızılı qırmızı~is, al qırmızı~is
colour orange: narıncı~is, portağalı~is
colour yellow: sarı~is, qızılı~is, limonu~is
colour green: yaşıl~is, zümrüdü~is
colour cyan: firuzəyi~is, açıq mavi~is, açıq göy~is
colour blue: mavi~is, göy~is
colour purple: bənövşəyi~is
colour white: ağ~is
size small: kiçik, balaca, xırda, kiçicik, balacacıq
size medium: orta ölçülü, orta boylu, orta ölçüdə, orta
size large: böyük, iri, nəhəng, yekə
ground black: qara~is, tünd~is
ground grey: boz~is, tünd boz~is
ground navy: tünd göy~is, tünd mavi~is
hand: əl ilə yazılmış, əllə yazılmış, əlyazma, əl yazısı
verb move: hərəkət edir, hərəkət edirlər+, hərəkət edən*, hərəkət etsin, gedir, gedirlər+, gedən*, sürüşür, sürüşürlər+
verb move: sürüşən*, üzür, üzən*, uçur, uçurlar+, uçan*, diyirlənir, diyirlənirlər+, diyirlənən*, yuvarlanır
verb move: yuvarlanan*
verb move: irəliləyir, irəliləyən*, süzür, süzən*, keçir, keçən*, axır, axan*, hərəkət edərkən, sürüşərkən
verb rise: qalxır, qalxırlar+, qalxan*, yüksəlir, yüksələn*, çıxır
verb fall: düşür, düşürlər+, düşən*, enir, enən*, batır, batan*
motion bounces: tullanır, tullanırlar+, tullanan*, hoppanır, hoppanırlar+, hoppanan*, sıçrayır, sıçrayan*, atılıb düşür
motion bounces: atılıb düşən*, dəyib qayıdır, səkir
motion orbits: dairə cızır, dairə cızırlar+, dairə cızan*, dairə çəkir, dövrə vurur, dövrə vururlar+, dövrə vuran*
motion spins: fırlanır, fırlanırlar+, fırlanan*, dönür, dönürlər+, dönən*, hərlənir, hərlənən*, fırlansın
motion grows: böyüyür, böyüyürlər+, böyüyən*, genişlənir, genişlənən*, yekəlir, artır
motion shrinks: kiçilir, kiçilirlər+, kiçilən*, balacalaşır, balacalaşan*, daralır
motion blinks: yanıb sönür, yanıb sönürlər+, yanıb sönən*, sayrışır, sayrışan*, işarır
motion still: durur, dururlar+, duran*, dayanır, dayanıb, dayanan*, hərəkətsiz*, sabit*, sabitdir, tərpənmir
motion still: hərəkətsizdir
motion still: hərəkət etmir, hərəkət etmirlər+, hərəkət etməyən*, qımıldanmır, durub
camera zooms in: yaxınlaşır, yaxınlaşdırır, yaxınlaşarkən
camera zooms out: uzaqlaşır, uzaqlaşdırır, uzaqlaşarkən
direction left: sola, sol, sola doğru, sola tərəf, sol tərəfə
direction right: sağa, sağ, sağa doğru, sağa tərəf, sağ tərəfə
direction up: yuxarı, yuxarıya, üst, yuxarıya doğru, yuxarı doğru
direction down: aşağı, aşağıya, alt, aşağıya doğru, aşağı doğru
round: dairə boyunca, dairəvi, çevrə boyunca, çevrə üzrə, dairə üzrə
pace slowly: yavaşca, yavaş, yavaş yavaş, asta, ağır ağır
pace quickly: sürətlə, tez, cəld, sürətli
walls: divar~n, divarlardan, kənarlardan, kənar~n
noun camera: kamera~n, görüntü~n
noun background: fon~n, arxa fon~n, arxa plan~n, zəmin~n
noun sky: səma~n, göyün, göy üzü~n, göydə, mənzərə~n, üfüq/üfüq~n, təpələr~n, buludlar~n, açıq hava~n
after left of: solunda~is, sol tərəfində~is, sol yanında~is
after right of: sağında~is, sağ tərəfində~is, sağ yanında~is
after above: üstündə~is, üzərində~is, yuxarısında~is
after below: altında~is, aşağısında~is
after in front of: önündə~is, qarşısında~is, qabağında~is
after behind: arxasında~is, dalında~is
both: hər ikisi, hər ikisi də, ikisi də, ikisi, birlikdə
and: və, ilə, həm, həm də
while: ikən, bu zaman, bu vaxt, eyni zamanda, sonra
filler: var, doğru, tərəf, video, videosu, klip, film, animasiya, göstərir, göstər, olan, rəngli, rəngdə, rəng
filler: rəngi, dənə
filler: buludlu, ölçülü, tərəfə, istiqamətində, künc~n, künc, küncünə, çəpəki, diaqonal, öz oxu ətrafında, öz ətrafında
filler: yerində, olaraq, parlaq, sadə, bu, o, çöldə, də, da, qısa, bir az, zəhmət olmasa, görünür
"""

AZERBAIJANI = Language(
    code="az",
    name="Azerbaijani",
    words=_WORDS,
    endings={
        "n": {
            **{"a": "", "gen": "(n)In", "acc": "(n)I", "dat": "(y)A", "loc": "dA", "abl": "dAn", "has": "(s)I"},
            **{"plural": "lAr", "plural gen": "lArIn", "plural acc": "lArI", "where": "dAkI", "poss loc": "(n)dA"},
        },
        "is": {"is": "", "also": "dIr", "which": "kI"},
    },
    letters={"ı": "i", "ğ": "g", "ş": "s", "ç": "c", "ö": "o", "ü": "u", "ə": "e"},
    low="aə",
    phrase="{hand} {size} {colour} {shape}",
    motions={
        "move": "{} hərəkət edir",
        "still": "hərəkətsiz durur",
        "bounces": "tullanır",
        "orbits": "dairə cızır",
        "spins": "fırlanır",
        "grows": "böyüyür",
        "shrinks": "kiçilir",
        "blinks": "yanıb-sönür",
    },
    directions={"left": "sola", "right": "sağa", "up": "yuxarı", "down": "aşağı"},
    relations={
        "left of": "{the} {gen} solundadır",
        "right of": "{the} {gen} sağındadır",
        "above": "{the} {gen} üstündədir",
        "below": "{the} {gen} altındadır",
        "in front of": "{the} {gen} önündədir",
    },
    backgrounds={
        "black": "qara fonda",
        "grey": "boz fonda",
        "navy": "tünd göy fonda",
        "sky": "buludlu səmanın altında",
    },
    cameras={
        "static": ", kamera sabitdir",
        "pans left": ", kamera sola sürüşür",
        "pans right": ", kamera sağa sürüşür",
        "zooms in": ", kamera yaxınlaşır",
        "zooms out": ", kamera uzaqlaşır",
    },
    sentence="{background} {things} {camera}",
    joined="və",
    off_walls="və divarlardan sıçrayır",
    smooth=((r" ,", ","),),
    meant={
        "çəhrayı": ("bənövşəyi", "qırmızı"),
        "qəhvəyi": ("narıncı",),
        "gümüşü": ("ağ", "boz"),
        "düzbucaqlı": ("kvadrat",),
        "oval": ("dairə",),
        "ellips": ("dairə",),
        "ürək": ("ulduz", "romb"),
        "günəş": ("dairə",),
        "ay": ("dairə",),
        **dict.fromkeys(("rəqs", "titrəyir", "yellənir"), ("tullanır", "fırlanır")),
        "yoxa": ("yanıb-sönür", "kiçilir"),
        "yanında": ("solunda", "sağında"),
    },
    examples=("kiçik qırmızı top sola sürüşür", "dairə fırlanır və mavi kvadrat tullanır"),
)

"""Turkish."""

from __future__ import annotations

from minisora.language.tongue import Language

_WORDS = """
shape circle: daire~n, yuvarlak/yuvarlağ~n, top~n, küre~n, disk~n, nokta~n
shape square: kare~n, kutu~n, küp~n, blok/bloğ~n, dörtgen~n
shape triangle: üçgen~n, piramit/piramid~n
shape star: yıldız~n
shape diamond: eşkenar dörtgen~n, baklava~n, baklava dilimi~n, elmas~n, karo~n
shape ring: halka~n, çember~n, simit/simid~n, yüzük/yüzüğ~n
numeral 0: sıfır rakamı~n
digit 0: sıfır
numeral 1: bir rakamı~n
digit 1: bir~n
numeral 2: iki rakamı~n
digit 2: iki
numeral 3: üç rakamı~n
digit 3: üç
numeral 4: dört rakamı~n
digit 4: dört/dörd
numeral 5: beş rakamı~n
digit 5: beş
numeral 6: altı rakamı~n
digit 6: altı
numeral 7: yedi rakamı~n
digit 7: yedi
numeral 8: sekiz rakamı~n
digit 8: sekiz
numeral 9: dokuz rakamı~n
digit 9: dokuz
thing object: nesne~n, cisim/cism~n, şekil/şekl~n, şey~n
thing digit: rakam~n, rakamı, sayı~n, sayısı
colour red: kırmızı, kızıl, al
colour orange: turuncu, portakal rengi, kavuniçi
colour yellow: sarı, altın sarısı, altın rengi, limon sarısı
colour green: yeşil, zümrüt yeşili
colour cyan: turkuaz, camgöbeği, açık mavi
colour blue: mavi
colour purple: mor, eflatun, menekşe rengi
colour white: beyaz, ak
size small: küçük, ufak, minik, minicik, küçücük, ufacık
size medium: orta boy, orta boylu, orta büyüklükte, orta büyüklükteki, orta boyutlu, orta boyutta, orta
size large: büyük, kocaman, iri, dev, devasa
ground black: siyah, kara, koyu
ground grey: gri, koyu gri
ground navy: lacivert, koyu mavi
hand: el yazısıyla yazılmış, el yazısı, el yazısı ile yazılmış, el yazılı, el yazması, elle yazılmış
verb move: hareket ediyor, hareket eder, hareket ediyorlar+, hareket eden*, hareket etmekte, hareket etsin
verb move: gidiyor, gider, gidiyorlar+, giden*, ilerliyor, ilerler, ilerliyorlar+, ilerleyen*, kayıyor, kayar
verb move: kayıyorlar+
verb move: kayan*, süzülüyor, süzülür, süzülen*, uçuyor, uçar, uçuyorlar+, uçan*, yuvarlanıyor, yuvarlanır, yuvarlanan*
verb move: yuvarlanıyorlar+, sürükleniyor, sürüklenen*, yüzüyor, yüzen*, geçiyor, geçen*, gitsin, uçsun, kaysın
verb rise: yükseliyor, yükselir, yükselen*, yükseliyorlar+, çıkıyor, çıkan*
verb fall: düşüyor, düşer, düşen*, düşüyorlar+, alçalıyor, alçalan*, iniyor, inen*, batıyor, batan*
motion bounces: zıplıyor, zıplar, zıplıyorlar+, zıplayan*, sekiyor, seker, seken*, sekiyorlar+, hopluyor, hoplayan*
motion bounces: zıplasın, sıçrıyor, sıçrayan*, yukarı aşağı hareket ediyor, çarpıyor, çarpıp sekiyor
motion orbits: daire çiziyor, daire çizer, daire çizen*, daire çiziyorlar+, daireler çiziyor, çember çiziyor
motion orbits: çember çizen*
motion orbits: daire çizerek dönüyor, daire çizerek dönen*, yörüngede dönüyor, yörüngede dönen*
motion spins: dönüyor, döner, dönüyorlar+, dönen*, dönmekte, dönsün, fır dönüyor
motion grows: büyüyor, büyür, büyüyorlar+, büyüyen*, genişliyor, genişleyen*, büyümekte, büyüsün
motion shrinks: küçülüyor, küçülür, küçülüyorlar+, küçülen*, daralıyor, ufalıyor, küçülmekte, küçülsün
motion blinks: yanıp sönüyor, yanıp söner, yanıp sönen*, yanıp sönüyorlar+, titreşiyor, çakıyor, parlayıp sönüyor
motion still: duruyor, durur, duran*, duruyorlar+, dursun, hareketsiz*, sabit*, bekliyor, kıpırdamıyor, kıpırdamadan
motion still: hareket etmiyor, hareket etmez, hareket etmeyen*, hareket etmiyorlar+, kımıldamıyor
camera zooms in: yakınlaşıyor, yaklaşıyor, yakınlaştırıyor, yakınlaşırken, yaklaşırken, zum yapıyor
camera zooms out: uzaklaşıyor, uzaklaştırıyor, uzaklaşırken
verb move: kayarken, giderken, ilerlerken
motion still: sabit dururken, dururken
direction left: sola, sol, sola doğru, soldan sola
direction right: sağa, sağ, sağa doğru
direction up: yukarı, yukarıya, üst, yukarıya doğru, yukarı doğru
direction down: aşağı, aşağıya, alt, aşağıya doğru, aşağı doğru
round: daire çizerek, daireler çizerek, çember çizerek, çember üzerinde, yuvarlak çizerek
pace slowly: yavaşça, yavaş, yavaş yavaş, ağır ağır
pace quickly: hızla, hızlı, hızlıca, çabuk, süratle
walls: duvar~n, duvarlardan, duvarlara, kenar~n, kenarlardan
noun camera: kamera~n, görüntü~n
noun background: arka plan~n, arkaplan~n, fon~n, zemin~n
noun sky: gökyüzü~n, gök, gökyüzünün, gökyüzünde, manzara~n, ufuk/ufk~n, tepeler~n, bulutlar~n, açık hava~n
after left of: solunda~is, sol tarafında~is, sol yanında~is
after right of: sağında~is, sağ tarafında~is, sağ yanında~is
after above: üstünde~is, üzerinde~is, yukarısında~is
after below: altında~is, aşağısında~is
after in front of: önünde~is
after behind: arkasında~is, ardında~is
both: ikisi de, her ikisi de, ikisi, her ikisi, ikisi birden, birlikte
and: ve, ile, hem, hem de
while: iken, ve bu sırada, bu sırada, bu arada, aynı anda, sonra
filler: var, doğru, bir video, video, videosu, klip, film, animasyon, gösteriyor, göster, olan, rengi, renkli
filler: renkte, tane, adet
filler: bulutlu, boyutlu, boyutta, tarafa, yöne, yönünde, yönde, köşe~n, köşesi~n, çapraz, çaprazlama, kendi etrafında
filler: kendi ekseni etrafında, olduğu yerde, yerinde, olarak, düz, parlak, sade, şu, bu, o, dışarıda, hafifçe, de, da
filler: etrafında, kısa, hafif, lütfen, görünüyor, görülüyor
"""

TURKISH = Language(
    code="tr",
    name="Turkish",
    words=_WORDS,
    endings={
        "n": {
            **{"a": "", "gen": "(n)In", "acc": "(y)I", "dat": "(y)A", "loc": "DA", "abl": "DAn", "has": "(s)I"},
            **{"plural": "lAr", "plural gen": "lArIn", "plural acc": "lArI", "where": "DAki", "poss loc": "(n)DA"},
        },
        "is": {"is": "", "also": "DIr", "which": "ki"},
    },
    letters={"ı": "i", "ğ": "g", "ş": "s", "ç": "c", "ö": "o", "ü": "u", "â": "a"},
    low="ae",
    phrase="{hand} {size} {colour} {article} {shape}",
    articles={"a": "bir"},
    motions={
        "move": "{} hareket ediyor",
        "still": "hareketsiz duruyor",
        "bounces": "zıplıyor",
        "orbits": "daire çiziyor",
        "spins": "kendi etrafında dönüyor",
        "grows": "büyüyor",
        "shrinks": "küçülüyor",
        "blinks": "yanıp sönüyor",
    },
    directions={"left": "sola", "right": "sağa", "up": "yukarı", "down": "aşağı"},
    relations={
        "left of": "{the} {gen} solunda",
        "right of": "{the} {gen} sağında",
        "above": "{the} {gen} üstünde",
        "below": "{the} {gen} altında",
        "in front of": "{the} {gen} önünde",
    },
    backgrounds={
        "black": "siyah bir arka planda",
        "grey": "gri bir arka planda",
        "navy": "lacivert bir arka planda",
        "sky": "bulutlu bir gökyüzünün altında",
    },
    cameras={
        "static": ", kamera sabit",
        "pans left": ", kamera sola kayıyor",
        "pans right": ", kamera sağa kayıyor",
        "zooms in": ", kamera yakınlaşıyor",
        "zooms out": ", kamera uzaklaşıyor",
    },
    sentence="{background} {things} {camera}",
    joined="ve",
    off_walls="ve duvarlardan sekiyor",
    smooth=((r" ,", ","),),
    meant={
        "pembe": ("mor", "kırmızı"),
        "kahverengi": ("turuncu",),
        "gümüş": ("beyaz", "gri"),
        "dikdörtgen": ("kare",),
        "oval": ("daire",),
        "elips": ("daire",),
        "kalp": ("yıldız", "baklava"),
        "altıgen": ("elmas", "daire"),
        "güneş": ("daire",),
        "ay": ("daire",),
        **dict.fromkeys(("dans", "sallanıyor", "titriyor"), ("zıplıyor", "dönüyor")),
        "kayboluyor": ("yanıp sönüyor", "küçülüyor"),
        "yanında": ("solunda", "sağında"),
    },
    examples=("küçük kırmızı bir top sola kayıyor", "bir daire dönüyor ve mavi bir kare zıplıyor"),
)

"""What TF-IDF counts of a text, in scripts with blanks between words and without."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from siger_pipeline.features.extractors.tfidf_svd import Config, tfidf_svd
from siger_pipeline.features.words import analyser

CONFIG = Config(
    dimension=32, min_df=2, max_df=0.5, ngram=2, max_words=50000, iterations=7, seed=999
)
THINGS = {
    "Chinese": ("手机壳", "保温杯", "登山鞋", "台灯", "雨伞"),
    "Japanese": (
        "スマートフォンケース",
        "ステンレスボトル",
        "登山靴",
        "デスクライト",
        "折りたたみ傘",
    ),
    "Thai": ("เคสโทรศัพท์มือถือ", "แก้วเก็บความร้อน", "รองเท้าเดินป่า", "โคมไฟตั้งโต๊ะ", "ร่มพับได้"),
    "Lao": ("ເຄສໂທລະສັບ", "ຈອກນ້ຳຮ້ອນ", "ເກີບຍ່າງປ່າ", "ໂຄມໄຟຕັ້ງໂຕະ", "ຄັນຮົ່ມພັບ"),
    "Khmer": ("ស្រោមទូរស័ព្ទ", "ពែងទឹកក្តៅ", "ស្បែកជើងភ្នំ", "ចង្កៀងតុ", "ឆ័ត្របត់"),
    "Burmese": ("ဖုန်းအိတ်", "ရေနွေးဗူး", "တောင်တက်ဖိနပ်", "စားပွဲမီး", "ခေါက်ထီး"),
}
QUALITIES = {
    "Chinese": ("黑色防水", "粉色时尚", "加厚耐用", "便携"),
    "Japanese": ("黒い防水の", "かわいいピンクの", "丈夫な", "軽量"),
    "Thai": ("กันน้ำสีดำ", "สีชมพูน่ารัก", "หนาทนทาน", "พกพาสะดวก"),
    "Lao": ("ກັນນ້ຳສີດຳ", "ສີບົວງາມ", "ໜາທົນທານ", "ພົກພາສະດວກ"),
    "Khmer": ("ពណ៌ខ្មៅ", "ពណ៌ផ្កាឈូក", "ក្រាស់ធន់", "ងាយស្រួល"),
    "Burmese": ("ရေစိုခံအနက်", "ပန်းရောင်", "အကြမ်းခံ", "ပေါ့ပါး"),
}


def titles(language: str) -> list[str]:
    """40 titles, each another: five things with two of four qualities in eight ways."""
    pairs = list(permutations(QUALITIES[language], 2))[:8]
    return [first + second + thing for thing in THINGS[language] for first, second in pairs]


@pytest.mark.parametrize("language", THINGS)
def test_titles_without_blanks_have_words_and_like_things_are_alike(language: str) -> None:
    texts = titles(language)
    assert len(set(texts)) == 40 and not any(" " in text for text in texts)
    features, missing = tfidf_svd(texts, CONFIG)
    assert not missing.any()
    of_thing = np.arange(40) // 8
    like = of_thing[:, None] == of_thing
    cosines = features @ features.T
    assert cosines[like].mean() > cosines[~like].mean() + 0.2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("手机壳", ["手", "机", "壳", "手机", "机壳", "手机壳"]),
        ("壳", ["壳"]),
        ("iPhone 手机 case", ["iphone", "case", "iphone case", "手", "机", "手机"]),
        ("5G手机", ["5g", "手", "机", "手机"]),
        ("が、か", ["が", "か"]),
        ("ｶﾞｰ", ["ガ", "ー", "ガー"]),
        ("ＡＢＣ電", ["abc", "電"]),
        ("สีดำ", ["สี", "ดํ", "า", "สีดํ", "ดํา", "สีดํา"]),
        ("名前・色", ["名", "前", "名前", "色"]),
    ],
)
def test_runs_are_cut_into_characters_with_their_marks(text: str, words: list[str]) -> None:
    assert analyser(2)(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("हिन्दी किताब", ["हिनदी", "किताब"]),  # as everywhere, what is stripped are accents
        ("क्‍षेत्र", ["कषेतर"]),
        ("বাংলা বই", ["বাংলা", "বই"]),
        ("தமிழ் நூல்", ["தமிழ", "நூல"]),
        ("മലയാളം", ["മലയാളം"]),
        ("ދިވެހި", ["ދިވެހި"]),
    ],
)
def test_vowel_signs_do_not_cut_words(text: str, words: list[str]) -> None:
    assert analyser(1)(text) == words


@pytest.mark.parametrize("text", ["🔥🔥🔥", "❤️ 🎉", "!!", "- / -", "a", ""])
def test_emoji_marks_and_single_letters_are_no_words(text: str) -> None:
    assert analyser(2)(text) == []


SPACED = (
    "Résumé Crème brûlée, 2nd ed. — naïve co-op",
    "ПРИВЕТ, мир! ёлка й",
    "Καλημέρα κόσμε",
    "שָׁלוֹם עולם",
    "مَرْحَبًا بالعالم می‌خواهم",
    "휴대폰 케이스 컵",
    "Tiếng Việt có dấu",
    "İstanbul'da ﬁne ｆｕｌｌ Ｗｉｄｔｈ ½ ² 1️⃣",
    "❤️heart️ ★ 5,5×3",
)
LETTERS = st.sampled_from("".join(SPACED) + "\u0301\u200d\u00a0ÀßǅℌⅣ")


@given(st.lists(st.text(LETTERS, max_size=30), max_size=3))
def test_texts_with_blanks_are_cut_as_by_scikit_learn(texts: list[str]) -> None:
    theirs = TfidfVectorizer(strip_accents="unicode", ngram_range=(1, 2)).build_analyzer()
    for text in [*SPACED, *texts]:
        assert analyser(2)(text) == theirs(text)


def test_a_mixed_shop_leaves_only_what_has_no_words() -> None:
    texts = [
        "iPhone 手机壳",
        "Samsung 手机壳",
        "iPhone ケース",
        "Samsung ケース",
        "🔥🔥",
        "हिन्दी किताब",
        "हिन्दी",
    ]
    features, missing = tfidf_svd(texts, CONFIG)
    assert missing.tolist() == [False] * 4 + [True, False, False]
    assert features[0] @ features[1] > 0.5

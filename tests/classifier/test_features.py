import numpy as np
import pytest

from models.features import FeatureSpace, Tokens
from models.text import Passage


def cut(*texts: str, parent: str | None = None) -> list[Tokens]:
    return [Tokens.of(Passage(id="1", text=text, parent_text=parent)) for text in texts]


def key_values(space: FeatureSpace, passages: list[Tokens], row: int = 0) -> dict[str, float]:
    matrix = space.read(passages).matrix
    found = matrix[[row]]
    return {
        space.keys[place]: float(value)
        for place, value in zip(found.indices, found.data, strict=True)
    }


@pytest.fixture
def space() -> FeatureSpace:
    return FeatureSpace.learn(
        cut("my parcel is late", "my parcel came", "late again", parent="sale sale")
    )


def test_features_seen_once_are_left_out(space: FeatureSpace):
    assert "w:parcel" in space.keys
    assert "w:again" not in space.keys


def test_pairs_and_characters_and_the_parent_are_features(space: FeatureSpace):
    assert {"w:my parcel", "c:parce", "p:sale", "k:public", "k:reply"} <= set(space.keys)


def test_the_parents_words_are_apart_from_the_posts_own(space: FeatureSpace):
    assert "w:sale" not in space.keys
    assert "p:sale" not in key_values(space, cut("sale"))


def test_idf_follows_the_smoothed_formula(space: FeatureSpace):
    idf = space.idf[space.keys.index("w:parcel")]
    assert idf == pytest.approx(np.log((1 + 3) / (1 + 2)) + 1)


def test_every_block_of_a_row_has_the_length_of_its_weight(space: FeatureSpace):
    values = key_values(space, cut("my parcel parcel", parent="sale"))
    words = [value for key, value in values.items() if key[0] == "w"]
    assert np.linalg.norm(words) == pytest.approx(0.7, abs=1e-6)


def test_a_repeated_word_counts_by_its_logarithm(space: FeatureSpace):
    once, twice = (key_values(space, cut(t)) for t in ("parcel late", "parcel parcel late"))
    assert twice["w:parcel"] / twice["w:late"] == pytest.approx(
        (1 + np.log(2)) * once["w:parcel"] / once["w:late"], rel=1e-5
    )


def test_names_leave_no_trace(space: FeatureSpace):
    assert key_values(space, cut("my parcel @anyone")) == key_values(space, cut("my parcel"))


def test_an_unknown_text_has_only_its_channel(space: FeatureSpace):
    assert set(key_values(space, cut("zzz qqq"))) == {"k:public"}


def test_rows_do_not_depend_on_their_neighbours(space: FeatureSpace):
    passages = cut("my parcel", "late late late", "", "parcel is")
    together = space.read(passages).matrix.toarray()
    apart = [space.read([passage]).matrix.toarray()[0] for passage in passages]
    assert np.array_equal(together, np.array(apart))


def test_no_passages_make_an_empty_matrix(space: FeatureSpace):
    assert space.read([]).matrix.shape == (0, len(space.keys))


def test_as_many_idf_values_as_features_are_needed():
    with pytest.raises(ValueError, match="2 features but 1"):
        FeatureSpace(["w:a", "w:b"], np.ones(1, dtype=np.float32))

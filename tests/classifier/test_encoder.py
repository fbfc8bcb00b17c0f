import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from models.encoder import (
    CARD_FILE,
    DIMENSIONS,
    MODEL_FILE,
    WORDS_FILE,
    load_encoder,
    shipped_encoder_path,
)
from models.files import ModelRefused
from models.text import Passage

POST = Passage(id="1", text="My parcel never came, where is it?", brand="Lintspur", platform="x")


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(shipped_encoder_path(), tmp_path / "encoder")


@pytest.fixture(scope="session")
def encoder():
    return load_encoder()


def rewrite_card(folder, change):
    path = folder / CARD_FILE
    card = json.loads(path.read_text())
    change(card)
    path.write_text(json.dumps(card))


def pin(folder, name, data):
    import hashlib

    (folder / name).write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    rewrite_card(folder, lambda card: card["sha256"].update({name: digest}))


def test_the_shipped_files_are_small_enough():
    assert (shipped_encoder_path() / MODEL_FILE).stat().st_size <= 30_000_000
    assert sum(each.stat().st_size for each in shipped_encoder_path().iterdir()) < 30 * 2**20


def test_a_copy_reads_a_post_as_the_original_does(folder, encoder):
    copy = load_encoder(folder)
    assert np.array_equal(copy.embed([POST]), encoder.embed([POST]))
    assert copy.embed([POST]).shape == (1, DIMENSIONS)


def test_the_answer_does_not_depend_on_the_batch(encoder):
    posts = [POST, replace(POST, text="thanks"), replace(POST, text="long " * 200)]
    together = encoder.embed(posts)
    assert np.array_equal(together, np.vstack([encoder.embed([post]) for post in posts]))
    assert np.array_equal(together, encoder.embed(posts[::-1])[::-1])


def test_nothing_in_nothing_out(encoder):
    assert encoder.embed([]).shape == (0, DIMENSIONS)


def test_odd_posts_are_read_with_finite_numbers(encoder, odd_passages):
    assert np.isfinite(encoder.embed(odd_passages)).all()


@pytest.mark.parametrize("name", [MODEL_FILE, WORDS_FILE, CARD_FILE])
def test_a_missing_file_is_refused(folder, name):
    (folder / name).unlink()
    with pytest.raises(ModelRefused, match="is missing"):
        load_encoder(folder)


@pytest.mark.parametrize("name", [MODEL_FILE, WORDS_FILE])
def test_a_truncated_file_is_refused(folder, name):
    path = folder / name
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ModelRefused, match="SHA-256"):
        load_encoder(folder)


@pytest.mark.parametrize("data", [b"", b"not a model", b"\x08\x07" * 500])
def test_a_foreign_file_with_the_right_sum_is_refused(folder, data):
    pin(folder, MODEL_FILE, data)
    with pytest.raises(ModelRefused, match="cannot be read as an encoder"):
        load_encoder(folder)


def test_a_foreign_vocabulary_is_refused(folder):
    pin(folder, WORDS_FILE, b"one\ntwo\n")
    with pytest.raises(ModelRefused, match="lacks"):
        load_encoder(folder)


def test_a_link_in_place_of_the_file_is_refused(folder, tmp_path):
    (folder / MODEL_FILE).rename(tmp_path / "elsewhere.onnx")
    (folder / MODEL_FILE).symlink_to(tmp_path / "elsewhere.onnx")
    with pytest.raises(ModelRefused, match="plain file"):
        load_encoder(folder)


@pytest.mark.parametrize("text", ["", "[]", "{}", "{", '{"sha256": 1}'])
def test_a_card_that_is_none_is_refused(folder, text):
    (folder / CARD_FILE).write_text(text)
    with pytest.raises(ModelRefused):
        load_encoder(folder)


@pytest.mark.parametrize("field", ["format", "framing"])
def test_an_encoder_of_another_version_is_refused(folder, field):
    rewrite_card(folder, lambda card: card.update({field: 99}))
    with pytest.raises(ModelRefused, match="another version"):
        load_encoder(folder)


def test_another_encoder_than_the_model_needs_is_refused(folder):
    with pytest.raises(ModelRefused, match="another encoder"):
        load_encoder(folder, digest="0" * 64)

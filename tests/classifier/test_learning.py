from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from models.adapting import Pull, adapt, linear_model
from models.cache import EmbeddingCache
from models.encoder import load_encoder
from models.examples import Example
from models.learning import learn
from models.text import Passage
from models.training import TrainingRefused, with_encoder


@pytest.fixture(scope="session")
def base(trained):
    return with_encoder(trained.classifier, load_encoder())


@pytest.fixture(scope="session")
def lessons(examples):
    return [replace(each, source="own") for each in examples[1:600:3]]


def test_without_evidence_nothing_moves():
    prior = linear_model(["a", "b", "c"], np.ones((3, 4)), np.zeros(3))
    nothing = csr_matrix((1, 4))
    learnt = adapt(prior, nothing, None, ["a"], np.array([1e-9]), Pull())
    assert learnt.coef_ == pytest.approx(prior.coef_)


def test_what_is_taught_is_learnt_and_the_rest_stays():
    prior = linear_model(["a", "b", "c"], np.zeros((3, 4)), np.zeros(3))
    seen = csr_matrix(np.array([[1.0, 0, 0, 0], [0, 1.0, 0, 0]] * 20))
    learnt = adapt(prior, seen, None, ["a", "b"] * 20, np.ones(40), Pull())
    assert learnt.predict(np.eye(4)[:2]).tolist() == ["a", "b"]
    assert (learnt.coef_[:, 2:] == 0).all()


def test_lessons_make_it_better_on_posts_like_them(base, lessons, examples):
    odd = [replace(each.passage, text=f"zorp {each.passage.text}") for each in lessons]
    taught = [Example(passage, "visibility") for passage in odd[:100]]
    learnt = learn(base, taught).classifier
    said = [judged.intent for judged in learnt.judge(odd[100:140])]
    before = [judged.intent for judged in base.judge(odd[100:140])]
    assert said.count("visibility") > before.count("visibility") + 10


def test_the_same_lessons_give_the_same_model(base, lessons, tmp_path):
    one = learn(base, lessons).classifier
    two = learn(base, lessons).classifier
    passages = [lesson.passage for lesson in lessons[:20]]
    assert one.judge(passages) == two.judge(passages)


def test_it_works_without_an_encoder(base, lessons):
    learnt = learn(base.fast_only(), lessons).classifier
    assert learnt.deep is None
    assert learnt.judge([lessons[0].passage])


def test_no_lessons_and_unknown_intents_are_refused(base, lessons):
    with pytest.raises(TrainingRefused, match="no lessons"):
        learn(base, [])
    with pytest.raises(TrainingRefused, match="No queue is given for the intent dance"):
        learn(base, [replace(lessons[0], intent="dance")])


def test_one_class_of_lessons_is_enough(base, lessons):
    same = [replace(lesson, intent="question") for lesson in lessons]
    assert learn(base, same).classifier.judge([lessons[0].passage])[0].intent == "question"


def test_embeddings_are_read_once(base, lessons, tmp_path, monkeypatch):
    cache = EmbeddingCache(tmp_path / "embeddings.sqlite3")
    encoder = base.deep.encoder
    passages = [lesson.passage for lesson in lessons[:10]]
    first = cache.embed(encoder, [*passages, passages[0]])
    monkeypatch.setattr(encoder, "embed", None)
    assert np.array_equal(cache.embed(encoder, [*passages, passages[0]]), first)


def test_a_cache_file_that_is_none_is_thrown_away(base, tmp_path):
    path = tmp_path / "embeddings.sqlite3"
    path.write_bytes(b"no database" * 100)
    cache = EmbeddingCache(path)
    for _ in range(2):
        assert cache.embed(base.deep.encoder, [Passage(id="1", text="hello")]).shape == (1, 384)


def test_a_cache_that_cannot_be_written_costs_only_time(base, tmp_path):
    (tmp_path / "file").write_text("")
    cache = EmbeddingCache(tmp_path / "file" / "embeddings.sqlite3")
    assert cache.embed(base.deep.encoder, [Passage(id="1", text="hello")]).shape == (1, 384)

import hashlib
import json
import os
import pickle
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
import skops.io

from models import registry, stored
from models.registry import ModelRefused
from models.stored import with_sentiment
from models.text import Passage

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
POST = Passage(id="1", text="my parcel never arrived, how do I get my money back")


@pytest.fixture
def root(tmp_path, trained) -> Path:
    registry.save(trained, tmp_path, now=NOW)
    return tmp_path


@pytest.fixture
def version(root) -> str:
    return registry.versions(root)[0]


@pytest.fixture
def folder(root, version) -> Path:
    return root / version


def change_card(folder: Path, **fields: object) -> None:
    path = folder / "card.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


def put_model(folder: Path, data: bytes) -> None:
    """Another file under a card that vouches for it."""
    (folder / "model.skops").write_bytes(data)
    change_card(folder, sha256=hashlib.sha256(data).hexdigest())


def test_a_stored_model_judges_as_the_trained_one(root, version, trained):
    loaded = registry.load(root, version)
    assert loaded.version == version
    assert loaded.judge([POST]) == with_sentiment(trained.classifier.named(version)).judge([POST])


def test_a_version_is_its_date_and_hash(folder):
    digest = hashlib.sha256((folder / "model.skops").read_bytes()).hexdigest()
    assert folder.name == f"2026-11-21-{digest[:8]}"


def test_nothing_half_written_stays_behind(root, version):
    assert [path.name for path in root.iterdir()] == [version]
    assert sorted(path.name for path in (root / version).iterdir()) == ["card.json", "model.skops"]


def test_everything_stored_is_trusted_by_default(folder):
    assert skops.io.get_untrusted_types(file=folder / "model.skops") == []


def test_the_card_says_what_it_learnt_from(folder, trained):
    card = registry.read_card(folder)
    assert card["counts"] == trained.counts
    assert card["bytes"] == (folder / "model.skops").stat().st_size


@pytest.mark.parametrize("where", ["", "missing"])
def test_no_model_in_use_is_a_normal_state(tmp_path, where):
    assert registry.current(tmp_path / where) is None
    assert registry.versions(tmp_path / where) == []


def test_using_and_rolling_back(root, version, trained):
    later = registry.save(trained, root, now=NOW.replace(day=22))
    assert registry.versions(root) == [later, version]
    registry.use(root, version)
    registry.use(root, later)
    assert registry.current(root) == later
    assert registry.rollback(root) == version
    assert registry.current(root) == version


def test_there_must_be_something_to_roll_back_to(root, version):
    registry.use(root, version)
    with pytest.raises(ModelRefused, match="No earlier model"):
        registry.rollback(root)


def test_a_broken_model_is_not_put_in_use(root, version, folder):
    (folder / "model.skops").write_bytes(b"")
    with pytest.raises(ModelRefused):
        registry.use(root, version)
    assert registry.current(root) is None


def test_a_pointer_to_a_model_that_is_gone_counts_as_none(root):
    (root / "current").write_text("2026-01-01-00000000\n../../etc\n")
    assert registry.current(root) is None


@pytest.mark.parametrize("name", ["../..", "", "current", "2026-11-21-XYZ", "/etc"])
def test_a_name_that_is_no_version_is_refused(root, name):
    with pytest.raises(ModelRefused, match="no version name"):
        registry.load(root, name)


def test_a_version_that_is_not_there_is_refused(root):
    with pytest.raises(ModelRefused, match="There is no model"):
        registry.load(root, "2026-01-01-00000000")


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"format": 99}, "format 99"),
        ({"sklearn": "1.2.3"}, "scikit-learn 1.2"),
        ({"sklearn": None}, "scikit-learn None"),
        ({"features": 0}, "features 0"),
        ({"sha256": "0" * 64}, "another SHA-256"),
        ({"sha256": None}, "names no SHA-256"),
        ({"version": "2026-01-01-00000000"}, "holds the model 2026-01-01-00000000"),
        ({"routes": {}}, "names no queue for awareness"),
        ({"routes": None}, "cannot be read as a model"),
        ({"temperature": "hot"}, "cannot be read as a model"),
    ],
)
def test_a_card_that_does_not_fit_is_refused(root, version, folder, fields, why):
    change_card(folder, **fields)
    with pytest.raises(ModelRefused, match=why) as refused:
        registry.load(root, version)
    assert "triage train" in str(refused.value)


def test_a_patch_release_of_scikit_learn_is_no_reason_to_refuse(root, version, folder):
    ours = registry.read_card(folder)["sklearn"].split(".")
    change_card(folder, sklearn=".".join([*ours[:2], "99"]))
    assert registry.load(root, version)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xff", b"[" * 50_000])
def test_a_card_that_cannot_be_read_is_refused(root, version, folder, content):
    (folder / "card.json").write_bytes(content)
    with pytest.raises(ModelRefused):
        registry.load(root, version)


def test_a_truncated_model_is_refused(root, version, folder):
    path = folder / "model.skops"
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(ModelRefused, match="cut short or changed"):
        registry.load(root, version)


def test_a_truncated_model_with_a_fitting_hash_is_refused(root, version, folder):
    put_model(folder, (folder / "model.skops").read_bytes()[:-1000])
    with pytest.raises(ModelRefused, match="cannot be read as a model"):
        registry.load(root, version)


class Canary:
    """Writes a file when unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


def test_a_pickle_in_its_place_is_refused_and_not_run(root, version, folder, tmp_path):
    canary = tmp_path / "canary"
    put_model(folder, pickle.dumps(Canary(canary)))
    with pytest.raises(ModelRefused, match="cannot be read as a model"):
        registry.load(root, version)
    assert not canary.exists()


def test_a_skops_file_of_untrusted_types_is_refused(root, version, folder, tmp_path):
    canary = tmp_path / "canary"
    put_model(folder, skops.io.dumps({"keys": "a", "idf": 1, "linear": Canary(canary)}))
    with pytest.raises(ModelRefused, match=r"cannot be read as a model \(Untrusted"):
        registry.load(root, version)
    assert not canary.exists()


def test_something_else_than_a_model_is_refused(root, version, folder):
    put_model(folder, skops.io.dumps({"keys": "a", "idf": [1.0], "linear": "no"}))
    with pytest.raises(ModelRefused, match="something else"):
        registry.load(root, version)


def test_a_link_is_refused(root, version, folder):
    path = folder / "model.skops"
    path.rename(root / "elsewhere")
    path.symlink_to(root / "elsewhere")
    with pytest.raises(ModelRefused, match="not a plain file"):
        registry.load(root, version)


def test_a_pipe_is_refused_without_waiting(root, version, folder):
    (folder / "model.skops").unlink()
    os.mkfifo(folder / "model.skops")
    with pytest.raises(ModelRefused, match="not a plain file"):
        registry.load(root, version)


def test_a_missing_model_file_is_refused(root, version, folder):
    (folder / "model.skops").unlink()
    with pytest.raises(ModelRefused, match="is missing"):
        registry.load(root, version)


def test_a_file_over_the_cap_is_refused(root, version, monkeypatch):
    monkeypatch.setattr(stored, "MAX_BYTES", 1000)
    with pytest.raises(ModelRefused, match="over 1,000 bytes"):
        registry.load(root, version)


def test_a_bomb_is_refused(root, version, folder, monkeypatch):
    bomb = folder / "bomb"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("schema.json", b"0" * 5_000_000)
    monkeypatch.setattr(stored, "MAX_UNPACKED", 1_000_000)
    put_model(folder, bomb.read_bytes())
    with pytest.raises(ModelRefused, match="unpacks to over"):
        registry.load(root, version)


def test_installing_copies_a_model_that_loads(root, folder, version, tmp_path):
    other = tmp_path / "other"
    assert registry.install(folder, other) == version
    assert registry.install(folder, other) == version
    assert registry.load(other, version).judge([POST])


def test_a_model_can_be_shipped_in_place_of_another(tmp_path, trained):
    place = tmp_path / "starter" / "model"
    for _ in range(2):
        version = registry.ship(trained, place, now=NOW)
    assert registry.load_folder(place).version == version
    assert [path.name for path in place.parent.iterdir()] == ["model"]


def test_the_shipped_model_is_at_hand_and_small():
    classifier = registry.load_folder(registry.shipped_path())
    assert classifier.judge([POST])[0].queue == "support"
    assert (registry.shipped_path() / "model.skops").stat().st_size < 8 * 1024 * 1024

"""A manifest is read without importing the plugin, and refused in words, with everything that is wrong at once."""

import sys
from pathlib import Path

import pytest

from core.hooks.manifest import ManifestUnusable, manifest_of, read_manifest, refuse_other_contract

GOOD = """
id = "elsewhere"
version = "1.2"
api = ">=1.1,<2"
label = "某区"
summary = "某区的做法"
licence = "木兰宽松许可证"
contact = "某区政务服务中心"
changelog = "见 CHANGELOG.md"

[[feature]]
id = "elsewhere.night_watch"
label = "夜间值班"
summary = "夜间接到紧急诉求即派值班员"
answers = "elsewhere.night_watch"
settings = "elsewhere.settings:NightWatchSettings"
hooks = ["propose_routes"]
rules = ["night"]
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "huiying-plugin.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal_of(folder: Path, text: str) -> str:
    with pytest.raises(ManifestUnusable) as refused:
        read_manifest(write(folder, text))
    return refused.value.message


def test_a_manifest_tells_of_the_plugin_and_its_features(tmp_path: Path) -> None:
    manifest = read_manifest(write(tmp_path, GOOD))

    feature = manifest.features[0]
    assert (manifest.id, manifest.version, manifest.migrations, manifest.folder) == ("elsewhere", "1.2", None, tmp_path)
    assert (feature.id, feature.answers, feature.plugin, feature.version, feature.hooks, feature.rules) == (
        "elsewhere.night_watch",
        "elsewhere.night_watch",
        "elsewhere",
        "1.2",
        ("propose_routes",),
        ("night",),
    )


def test_reading_a_manifest_imports_nothing_of_the_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "elsewhere_unread"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('imported')", encoding="utf-8")
    write(package, GOOD)
    monkeypatch.syspath_prepend(str(tmp_path))

    manifest = manifest_of("elsewhere_unread")

    assert manifest.id == "elsewhere"
    assert "elsewhere_unread" not in sys.modules


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('version = "1.2"', 'version = "1.2"\ncolour = "red"', "插件没有 colour 这一项"),
        ('rules = ["night"]', 'rules = ["night"]\nspeed = 3', "功能 elsewhere.night_watch 没有 speed 这一项"),
        ('label = "某区"', "", "插件缺少 label，应为文字"),
        ('api = ">=1.1,<2"', 'api = "whatever"', "api whatever 不是版本范围，应如 >=1.0,<2"),
        ('version = "1.2"', 'version = "one"', "version one 不是版本号"),
        ('id = "elsewhere"', 'id = "Else Where"', "插件 id Else Where 的写法不对"),
        ("elsewhere.night_watch", "other.night_watch", "功能 other.night_watch 的 id 应以 elsewhere. 开头"),
        ('hooks = ["propose_routes"]', 'hooks = "propose_routes"', "hooks 应为文字的列表"),
        ('hooks = ["propose_routes"]', 'hooks = ["a", "a"]', "hooks 有重复的项"),
        ('rules = ["night"]', 'rules = ["night"]\nlevel = "street"', "level 应为 district、city 或 every"),
        ('rules = ["night"]', 'rules = ["night"]\nrestricted = "yes"', "restricted 应为 true 或 false"),
        ('settings = "elsewhere.settings:', 'settings = "elsewhere settings ', "settings elsewhere settings"),
        ('version = "1.2"', 'version = "1.2"\nmigrations = "../../etc"', "migrations ../../etc 不在插件的文件夹里"),
    ],
)
def test_what_is_wrong_with_a_manifest_is_said_in_words(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert said in refusal_of(tmp_path, GOOD.replace(old, new))


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    message = refusal_of(
        tmp_path, GOOD.replace('label = "某区"', "colour = 1").replace('api = ">=1.1,<2"', 'api = "x"')
    )

    assert all(said in message for said in ("没有 colour 这一项", "缺少 label", "api x 不是版本范围"))


@pytest.mark.parametrize("text", ["id = ", "", "\x00", 'id = "elsewhere"'])
def test_a_file_that_is_no_manifest_is_refused(tmp_path: Path, text: str) -> None:
    assert refusal_of(tmp_path, text)


def test_a_feature_written_twice_is_refused(tmp_path: Path) -> None:
    doubled = GOOD + GOOD[GOOD.index("[[feature]]") :]

    assert "功能 elsewhere.night_watch 写了两次" in refusal_of(tmp_path, doubled)


def test_a_folder_without_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ManifestUnusable, match=r"没有 .*huiying-plugin\.toml"):
        read_manifest(tmp_path / "huiying-plugin.toml")


@pytest.mark.parametrize(
    ("api", "fits"), [(">=1.0,<2", True), (">=1.1", True), (">=2", False), ("<1", False), (">=1.99,<2", False)]
)
def test_a_plugin_for_another_contract_is_refused(tmp_path: Path, api: str, fits: bool) -> None:
    manifest = read_manifest(write(tmp_path, GOOD.replace(">=1.1,<2", api)))

    if fits:
        refuse_other_contract(manifest)
    else:
        with pytest.raises(ManifestUnusable, match="适用的接口版本"):
            refuse_other_contract(manifest)

"""Stylesheet and scripts: their addresses, and life without the libraries."""

import gzip
import shutil
from pathlib import Path

import pytest

from core.web.assets import CHARTS, LIBRARIES, OF_ONE_PAGE, OWN, SCRIPTS, STATIC, copy_assets, find_assets


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """A static folder with our own files and nothing copied."""
    for name in OWN:
        shutil.copy(STATIC / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node_modules folder with the libraries."""
    folder = tmp_path_factory.mktemp("node_modules")
    for path in (*LIBRARIES.values(), *OF_ONE_PAGE.values()):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(f"/* {path} */")
    return folder


def test_without_the_libraries_only_our_own_scripts_are_loaded(static: Path) -> None:
    assets = find_assets(static)
    assert assets.missing == (*LIBRARIES, *OF_ONE_PAGE)
    assert len(assets.scripts) == len(SCRIPTS)
    assert assets.scripts[0].startswith("/static/huiying.js?v=")


def test_copies_carry_their_hash_and_a_gzip(static: Path, modules: Path) -> None:
    for name in copy_assets(modules, static):
        copy = static / "vendor" / name
        assert gzip.decompress(copy.with_name(f"{name}.gz").read_bytes()) == copy.read_bytes()
    assets = find_assets(static)
    assert assets.missing == ()
    assert [url.split("/")[-1].split(".")[0] for url in assets.scripts] == [
        "htmx",
        "idiomorph-ext",
        *(name.removesuffix(".js") for name in SCRIPTS),
    ]


def test_a_library_of_one_page_is_loaded_by_no_other_and_missed_by_none(static: Path, modules: Path) -> None:
    copy_assets(modules, static)
    url = find_assets(static).find_url(CHARTS)
    assert url is not None
    assert url not in find_assets(static).scripts

    (static / "vendor" / url.rpartition("/")[2]).unlink()

    without = find_assets(static)
    assert (without.find_url(CHARTS), without.missing, len(without.scripts)) == (None, (CHARTS,), 2 + len(SCRIPTS))


def test_a_copy_that_is_out_of_date_is_not_used(static: Path, modules: Path) -> None:
    copy_assets(modules, static)
    with (static / "huiying.css").open("a") as file:
        file.write("/* changed */")
    assert find_assets(static).url("huiying.css").startswith("/static/huiying.css?v=")


def test_copying_again_leaves_no_old_copies(static: Path, modules: Path) -> None:
    first, second = copy_assets(modules, static), copy_assets(modules, static)
    assert first == second
    assert len(list((static / "vendor").iterdir())) == 2 * len(first)

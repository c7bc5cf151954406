from pathlib import Path

import pytest

from weightslab.hyperparameters.config_file import MOST_BYTES, ConfigFile, FileError


def written(folder: Path, text: str) -> ConfigFile:
    path = folder / "config.yaml"
    path.write_text(text)
    return ConfigFile(path)


def test_numbers_in_scientific_notation_are_numbers(tmp_path: Path) -> None:
    file = written(
        tmp_path, "a: 1e-3\nb: -2E5\nc: 1.5e3\nh: .5e1\nd: '1e-3'\ne: 1e\nf: 0x10\ng: 12\n"
    )
    assert file.read() == {
        "a": 1e-3,
        "b": -2e5,
        "c": 1500.0,
        "d": "1e-3",
        "e": "1e",
        "f": 16,
        "g": 12,
        "h": 5.0,
    }


def test_an_empty_file_is_an_empty_mapping_or_a_half_written_one(tmp_path: Path) -> None:
    file = written(tmp_path, "# nothing\n")
    assert file.read() == {}
    with pytest.raises(FileError, match="no mapping"):
        file.read(may_be_empty=False)


@pytest.mark.parametrize(
    "text",
    [
        "a: [1, 2",
        "a: {b: 1",
        "- 1\n- 2\n",
        "just words",
        "a: 1\n b: 2",
        "!!python/object/apply:os.system ['true']",
        "a: !!python/name:os.system",
        "\x00",
        "[" * 100_000,
        "a: &a\n"
        + "\n".join(
            f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 9)}]"
            for i in range(9)
        ),
        "a: &a [*a]",
        "a: 2024-13-45",
    ],
)
def test_what_is_no_mapping_of_some_values_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(FileError, match=r"config\.yaml"):
        written(tmp_path, text).read()


def test_a_file_that_is_too_big_is_not_parsed(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="larger"):
        written(tmp_path, "a: 1\n" + "#" * MOST_BYTES).read()


def test_anchors_are_allowed(tmp_path: Path) -> None:
    file = written(tmp_path, "base: &base {lr: 0.1}\nbig: {<<: *base, wd: 1}\n")
    assert file.read()["big"] == {"lr": 0.1, "wd": 1}


def test_a_file_has_changed_once(tmp_path: Path) -> None:
    file = written(tmp_path, "a: 1\n")
    file.read()
    assert not file.has_changed()
    file.path.write_text("a: 22\n")
    assert file.has_changed()
    file.read()
    assert not file.has_changed()
    file.path.unlink()
    assert not file.has_changed()
    with pytest.raises(FileNotFoundError):
        file.read()
    assert not file.has_changed()
    file.path.write_text("a: 1\n")
    assert file.has_changed()

from pathlib import Path

from weightslab.hyperparameters.edits import Edit, edits_of_page, write_edits
from weightslab.hyperparameters.values import Source
from weightslab.store.journal import Journal


def edit(key: str, value: object, source: Source) -> Edit:
    return Edit((key, 3), value, 0.1, 0.1, source, 7)


def test_the_pages_last_edits_are_found_in_the_journal(tmp_path: Path) -> None:
    assert edits_of_page(str(tmp_path)) == {}
    journal = Journal(tmp_path)
    write_edits(journal, [edit("a", 1, "page"), edit("b", 2, "page"), edit("c", 3, "page")])
    journal.append("tag", changes="something else")
    write_edits(journal, [edit("a", 4, "page"), edit("b", (5, 6), "file"), edit("c", 7, "code")])
    journal.close()
    found = edits_of_page(str(tmp_path))
    assert {path: change["value"] for path, change in found.items()} == {
        ("a", "3"): 4,
        ("c", "3"): 3,
    }
    assert found["a", "3"] == {
        "path": ["a", "3"],
        "value": 4,
        "former": 0.1,
        "registered": 0.1,
        "source": "page",
        "step": 7,
    }

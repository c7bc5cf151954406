import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from weightslab.experiment import Experiment
from weightslab.logs import WATCHDOG, configure
from weightslab.settings import read_settings


@pytest.fixture
def target() -> Iterator[logging.Logger]:
    logger = logging.getLogger("weightslab.of_a_test")
    yield logger
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()


def test_the_level_is_that_of_the_settings(target: logging.Logger) -> None:
    configure(target, read_settings({}))
    assert target.isEnabledFor(logging.INFO)
    configure(target, read_settings({"WEIGHTSLAB_LOG_LEVEL": "watchdog"}))
    assert logging.getLevelName(WATCHDOG) == "WATCHDOG"
    assert not target.isEnabledFor(logging.WARNING)
    assert target.isEnabledFor(WATCHDOG)
    assert len(target.handlers) == 1


def test_a_program_without_logging_of_its_own_sees_it_on_stderr(
    target: logging.Logger, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(target, read_settings({}))
    with monkeypatch.context() as patch:
        patch.setattr(logging.getLogger(), "handlers", [])
        target.debug("unimportant")
        target.log(WATCHDOG, "a lock is %s", "stuck")
    said = capsys.readouterr().err
    assert "unimportant" not in said
    assert "WATCHDOG weightslab.of_a_test: a lock is stuck\n" in said


def test_a_program_with_logging_of_its_own_decides(
    target: logging.Logger, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    configure(target, read_settings({}))
    target.warning("something")
    assert capsys.readouterr().err == ""
    assert caplog.messages == ["something"]


def test_the_file_is_in_the_root_wherever_that_is(
    target: logging.Logger, experiment: Experiment, tmp_path: Path
) -> None:
    configure(target, read_settings({"WEIGHTSLAB_LOG_TO_FILE": "1"}))
    target.info("one")
    experiment.root = tmp_path / "other"
    target.info("two")
    first = tmp_path / "root_log_dir" / "logs" / "weightslab.logs"
    second = tmp_path / "other" / "logs" / "weightslab.logs"
    assert first.read_text().endswith("of_a_test: one\n")
    assert second.read_text().endswith("of_a_test: two\n")
    assert first.read_text().count("\n") == second.read_text().count("\n") == 1
    experiment.root = "memory://elsewhere"
    target.info("three")
    assert second.read_text().count("\n") == 1


def test_no_file_unless_asked_for(target: logging.Logger, experiment: Experiment) -> None:
    configure(target, read_settings({}))
    target.info("one")
    assert not Path(experiment.root).exists()

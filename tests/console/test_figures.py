import pytest

from app.console.figures import duration, number, sparkline, tile_rates


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "–"),
        (0.2, "0 s"),
        (12, "12 s"),
        (200, "3 min 20 s"),
        (3600, "1 h 00 min"),
        (59.7, "1 min 00 s"),
    ],
)
def test_durations(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


def test_a_sparkline_goes_from_the_least_to_the_greatest() -> None:
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8) == "▁▂▃▄▅▆▇█"
    assert sparkline([], 8) == ""
    assert sparkline([5, 5], 8) == "▁▁"


def test_a_long_sparkline_is_as_wide_as_asked() -> None:
    line = sparkline(list(range(1000)), 60)
    assert len(line) == 60
    assert (line[0], line[-1]) == ("▁", "█")


def test_missing_numbers_are_a_dash() -> None:
    assert (number(None), number(1234.4)) == ("–", "1,234")
    assert tile_rates({"512": 0.5}) == "512 in 50.0%"

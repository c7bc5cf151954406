import pytest

from app.training.crew import Crew


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_a_crew_answers_in_order_and_raises_the_first_error(threads: int) -> None:
    crew = Crew(threads)
    assert crew.run([lambda at=at: at for at in range(3)]) == [0, 1, 2]

    def fail(name: str) -> None:
        raise ValueError(name)

    with pytest.raises(ValueError, match="first"):
        crew.run([lambda: fail("first"), lambda: fail("second")])
    with pytest.raises(ValueError, match="second"):
        crew.run([lambda: None, lambda: fail("second")])

from app.designs import templates
from app.services.run_request import RunWish, check_wish, default_steps


def test_tables_that_learn_alone_get_more_steps() -> None:
    tables = default_steps(dict(templates()["n-tuple"].architecture))
    network = default_steps(dict(templates()["n-tuple-policy"].architecture))
    assert tables > 100 * network
    assert check_wish(RunWish(), default_steps=tables).total_steps == tables
    assert check_wish(RunWish(total_steps=7), default_steps=tables).total_steps == 7

from pathlib import Path

from app.json_values import JsonObject
from app.training.training_manager import Patience, TrainingManager


class Log:
    def emit(self, event: str, data: JsonObject) -> JsonObject:
        return {"event": event, "data": data}


def test_metrics_have_moe_in_any_case_and_the_last_balancing_reward(tmp_path: Path) -> None:
    manager = TrainingManager(tmp_path, Log(), patience=Patience(start_s=1, stop_s=1))
    plain = manager.build_metrics({"type": "training_update", "step": 3})
    assert plain["step"] == 3
    assert "type" not in plain
    assert plain["moe"]["lb_reward"] is None
    assert (plain["moe"]["expert_usage"], plain["moe"]["dead_by_component"]) == ([], {})
    for reward in (-0.2, -0.1):
        moe = {"expert_usage": [0.5, 0.5], "lb_reward": reward}
        told = manager.build_metrics({"type": "training_update", "moe": moe})["moe"]
        assert (told["lb_reward"], told["expert_usage"]) == (reward, [0.5, 0.5])

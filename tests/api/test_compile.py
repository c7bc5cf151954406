from __future__ import annotations

from tests.support.server import StudioServer


def test_compile_writes_the_file_and_counts(server: StudioServer) -> None:
    design_id = server.create("starter-moe")
    answer = server.client.post(f"/api/designs/{design_id}/compile")
    result = answer.json()
    assert answer.status_code == 200
    assert result["import_path"] == f"app.models.generated.{design_id}"
    assert set(result["config"]) >= {"d_model", "n_heads", "n_layers", "n_experts"}
    source = server.client.get(f"/api/designs/{design_id}/source")
    assert source.headers["content-type"].startswith("text/x-python")
    assert source.text == (server.generated / f"{design_id}.py").read_text()
    assert "class GeneratedModel(GameTransformer)" in source.text
    assert f"Writing generated/{design_id}.py" in server.log.read_text()
    templates = server.client.get("/api/templates").json()["items"]
    template = next(item for item in templates if item["slug"] == "starter-moe")
    assert result["paramCount"] == template["paramCount"]


def test_source_before_compile_is_404(server: StudioServer, design_id: str) -> None:
    answer = server.client.get(f"/api/designs/{design_id}/source")
    assert answer.status_code == 404
    assert answer.json()["type"].endswith("compile.missing")


def test_the_same_design_compiles_to_the_same_bytes(server: StudioServer, design_id: str) -> None:
    sources = set()
    for _ in range(2):
        server.client.post(f"/api/designs/{design_id}/compile")
        sources.add((server.generated / f"{design_id}.py").read_bytes())
    assert len(sources) == 1


def test_a_file_changed_by_hand_is_not_trained(server: StudioServer, design_id: str) -> None:
    server.client.post(f"/api/designs/{design_id}/compile")
    file = server.generated / f"{design_id}.py"
    file.write_text(file.read_text() + "import os\n")
    answer = server.client.post(f"/api/designs/{design_id}/train")
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("compile.tampered")
    assert server.client.get("/api/runs", params={"design_id": design_id}).json()["items"] == []
    assert server.client.post(f"/api/designs/{design_id}/compile").status_code == 200
    assert "import os" not in file.read_text()


def test_a_missing_file_is_written_again(server: StudioServer, design_id: str) -> None:
    server.client.post(f"/api/designs/{design_id}/compile")
    file = server.generated / f"{design_id}.py"
    file.unlink()
    run_id = server.train(design_id)
    assert file.exists()
    server.stop(run_id)

"""The containers' description: what it starts, and that every setting it names exists."""

import yaml

from tests.architecture.house import ROOT
from tests.architecture.test_environment import example


def services() -> dict[str, dict]:
    return yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]


def test_web_worker_clock_and_both_servers_run_and_tell_their_health():
    assert set(services()) == {"prepare", "web", "worker", "beat", "postgres", "redis"}
    assert [name for name, service in services().items() if "healthcheck" not in service] == ["prepare"]


def test_redis_writes_every_change_to_its_log():
    assert "--appendonly yes" in services()["redis"]["command"]
    assert "noeviction" in services()["redis"]["command"]


def test_every_setting_given_to_the_product_is_one():
    given = set(services()["web"]["environment"])
    assert given <= set(example())


def test_files_for_scheduled_imports_have_a_place_that_every_process_sees():
    for name in ("web", "worker", "beat"):
        service = services()[name]
        folder = service["environment"]["PIM_IMPORT_FOLDER"]
        assert any(volume.endswith(f":{folder}") for volume in service["volumes"])
    assert f"/data {folder}" in (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_production_waits_for_the_deployment_check_and_the_migrations():
    assert "check --deploy --fail-level WARNING" in services()["prepare"]["command"]
    for name in ("web", "worker", "beat"):
        assert services()[name]["depends_on"]["prepare"] == {"condition": "service_completed_successfully"}

"""What is said to Docker, and to all that stands around the bots, fits together."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.process.given_settings import load_settings
from bot.process.settings import PageSettings, Settings
from tests.support.processes import ROOT
from tests.support.proxies import found_program

CLUSTER = yaml.safe_load((ROOT / "compose.cluster.yaml").read_text("utf-8"))
ALONE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SERVICES = [(name, service) for file in (ALONE, CLUSTER) for name, service in file["services"].items()]
BOTS = {name: service for name, service in CLUSTER["services"].items() if "build" in service}
SCALING = (ROOT / "docs" / "scaling.md").read_text("utf-8")
SECRETS = {
    "postgres.env": "POSTGRES_PASSWORD=1\nODYSSEY_PASSWORD=1\n",
    "grafana.env": "GF_SECURITY_ADMIN_PASSWORD=1\n",
}


@pytest.mark.parametrize(("name", "service"), SERVICES, ids=[name for name, _ in SERVICES])
def test_each_service_has_only_what_it_needs(name: str, service: dict[str, Any]) -> None:
    """No rights, no disk but its volumes; it is started again, and it is known whether it is well."""
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0] == "CMD"
    assert service.get("user") != "root"
    for port in service.get("ports", ()):
        assert port.startswith("127.0.0.1:") or name == "caddy", "only the pages are for the world"


def test_every_setting_is_one() -> None:
    """And each bot of the cluster has the same: they share a database, and pages."""
    assert set(BOTS) == {"bot-1", "bot-2", "web"}
    for service in (ALONE["services"]["bot"], *BOTS.values()):
        assert {name.lower() for name in service["environment"]} <= Settings.model_fields.keys()
        assert f":{service['environment']['WEB_PORT']}/livez" in service["healthcheck"]["test"][-1]
    alike = [{**each["environment"], "DISCORD_TOKEN": ""} for each in BOTS.values()]
    assert alike[0] == alike[1] == alike[2]


def test_each_bot_would_start_with_what_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside what is secret; the pages' process is given no token, and needs none."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("ODYSSEY_API_KEY", "ody_key")
    monkeypatch.setenv("DATABASE_URL", "postgresql://odyssey:a@postgres/odyssey")
    monkeypatch.setenv("DISCORD_TOKEN", "token")
    for name, service in BOTS.items():
        for key, value in service["environment"].items():
            monkeypatch.setenv(key, re.sub(r"\$\{\w+:-(.*)\}", r"\1", value))  # as Docker does, by default
        settings = load_settings(PageSettings if name == "web" else Settings)
        assert settings.cluster
        assert settings.trusted_proxies.startswith("172.16.0.0/12")


def test_no_secret_stands_in_the_files() -> None:
    """They are in files of their own, each for who needs it, which the documents tell how to make."""
    files = {name: service.get("env_file") for name, service in CLUSTER["services"].items()}
    assert {files[name] for name in BOTS} == {".env"}
    assert (files["postgres"], files["grafana"]) == ("postgres.env", "grafana.env")
    assert BOTS["web"]["environment"]["DISCORD_TOKEN"] == "", "pages are served without"
    ignored = (ROOT / ".gitignore").read_text("utf-8").split()
    for name in filter(None, files.values()):
        assert name in ignored
        assert name in SCALING
    words = {word for name, service in CLUSTER["services"].items() for word in service.get("environment", ())}
    assert not [word for word in words if re.search("SECRET|PASSWORD|KEY", word)]


def test_what_is_mounted_is_there() -> None:
    """Files from here, and volumes that the file names; none is left over."""
    mounted = [each.split(":")[0] for _, service in SERVICES for each in service.get("volumes", ())]
    for place in mounted:
        assert (
            (ROOT / place).exists()
            if place.startswith(".")
            else place in {*CLUSTER["volumes"], *ALONE["volumes"]}
        )
    assert set(CLUSTER["volumes"]) <= set(mounted)


def test_whoever_asks_a_bot_finds_it() -> None:
    """Caddy and Prometheus name the bots and their ports; Grafana finds Prometheus, and its dashboard."""
    deploy = ROOT / "deploy"
    port = CLUSTER["services"]["bot-1"]["environment"]
    caddy = (deploy / "Caddyfile").read_text("utf-8")
    assert set(re.findall(r"\b[\w-]+:\d+", caddy)) == {f"{name}:{port['WEB_PORT']}" for name in BOTS}
    scraped = yaml.safe_load((deploy / "prometheus.yml").read_text("utf-8"))
    targets = scraped["scrape_configs"][0]["static_configs"][0]["targets"]
    assert set(targets) == {f"{name}:{port['METRICS_PORT']}" for name in BOTS}
    for file in scraped["rule_files"]:
        assert f"./deploy/{file}:/etc/prometheus/{file}:ro" in CLUSTER["services"]["prometheus"]["volumes"]
    grafana = deploy / "grafana"
    source = yaml.safe_load((grafana / "datasources" / "prometheus.yaml").read_text("utf-8"))["datasources"][
        0
    ]
    assert source["url"] == "http://prometheus:9090"
    boards = yaml.safe_load((grafana / "dashboards" / "odyssey.yaml").read_text("utf-8"))["providers"][0]
    folder = boards["options"]["path"]
    assert f"./docs/grafana.json:{folder}/odyssey.json:ro" in CLUSTER["services"]["grafana"]["volumes"]


def test_who_talks_to_whom() -> None:
    """The database answers bots alone, and reaches nobody outside; the world reaches Caddy alone."""
    networks = {name: set(service["networks"]) for name, service in CLUSTER["services"].items()}
    for network in ("data", "metrics"):
        assert CLUSTER["networks"][network]["internal"]
    assert {name for name, theirs in networks.items() if "data" in theirs} == {*BOTS, "postgres"}
    assert networks["caddy"] == {"watch"}
    assert networks["postgres"] == {"data"}


@pytest.mark.parametrize("file", ["compose.yaml", "compose.cluster.yaml"])
def test_docker_understands_it(file: str, tmp_path: Path) -> None:
    """With all that is named in it in place. Nothing is started."""
    compose = found_program("docker-compose")
    shutil.copy(ROOT / file, tmp_path)
    for name, content in {**SECRETS, ".env": "PUBLIC_URL=https://watch.example.org\n"}.items():
        (tmp_path / name).write_text(content)
    said = subprocess.run(
        (compose, "--file", file, "config"), cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stderr
    assert "no-new-privileges:true" in said.stdout

"""What the image and the compose file promise, read from them; tests/package/test_wheel.py executes the image's steps."""

import re

import yaml

from tests.deploy import containerfile
from tests.deploy.containerfile import command, given, stages
from tests.traceability import ROOT

SETTINGS = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
CONTAINER_KILLS_AFTER_SECONDS = 30
KNOWN = {
    *("FROM", "RUN", "COPY", "ARG", "ENV", "USER", "WORKDIR", "VOLUME", "EXPOSE", "STOPSIGNAL"),
    *("HEALTHCHECK", "ENTRYPOINT", "CMD"),
}


def test_the_image_is_made_in_stages_of_a_named_version_and_runs_as_nobody_in_particular() -> None:
    assert {each.name for stage in stages() for each in stage} <= KNOWN
    bases = {stage[0].text.removesuffix(" AS build") for stage in stages()}
    assert bases == {"python:3.11-slim-bookworm"}, (
        "the program that is copied needs the Python that it was made with"
    )
    assert given("RUN") == [], "nothing that builds is in what runs"
    names = [each.name for each in stages()[-1]]
    assert names.index("USER") < names.index("ENTRYPOINT")
    user, _, group = given("USER")[0].partition(":")
    assert int(user) > 999
    assert int(group) > 999
    assert command(given("ENTRYPOINT")[0]) == ["shoplink"]
    assert command(given("CMD")[0])[0] == "serve"
    assert len(given("HEALTHCHECK")) == 1


def test_nothing_in_it_comes_from_an_address_or_from_the_network_without_a_digest() -> None:
    text = containerfile.PATH.read_text(encoding="utf-8")
    assert re.findall(r"\w+://[^']+", text) == ["http://127.0.0.1:8000/healthz"]
    installs = [text for text in given("RUN", stage=0) if "pip install" in text]
    assert len(installs) == 1
    assert "--constraint requirements.txt" in installs[0]
    assert "./dist/*.whl" in installs[0]


def test_what_the_host_has_built_does_not_go_into_the_image() -> None:
    ignored = (ROOT / "deploy" / "Containerfile.dockerignore").read_text(encoding="utf-8").split()
    assert {".git", ".venv", "node_modules", "var", "src/shoplink/web/static/built"} <= set(ignored)


def test_the_services_of_compose_restart_and_only_the_proxy_is_reached_from_outside() -> None:
    services = COMPOSE["services"]
    assert services.keys() == {"shoplink", "database", "proxy"}
    assert {service["restart"] for service in services.values()} == {"unless-stopped"}
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    ours = services["shoplink"]
    assert ours["read_only"] is True
    assert ours["cap_drop"] == ["ALL"]
    assert (ROOT / "deploy" / ours["env_file"]).is_file()
    assert (
        ROOT / "deploy" / ours["build"]["context"] / ours["build"]["dockerfile"]
    ).resolve() == containerfile.PATH
    assert ours["stop_grace_period"] == f"{CONTAINER_KILLS_AFTER_SECONDS}s"
    kept = {volume.partition(":")[0] for service in services.values() for volume in service["volumes"]}
    assert kept - {"./Caddyfile"} == set(COMPOSE["volumes"])


def test_every_image_of_compose_has_a_version() -> None:
    images = [service["image"] for service in COMPOSE["services"].values() if "image" in service]
    assert len(images) == 2
    assert [image for image in images if not re.search(r":\d", image)] == []


def test_every_setting_that_ships_is_one() -> None:
    shipped = (ROOT / "deploy").iterdir()
    named = {
        name for path in shipped for name in re.findall(r"SHOPLINK_\w+", path.read_text(encoding="utf-8"))
    }
    of_the_caddyfile = {"SHOPLINK_HOST", "SHOPLINK_UPSTREAM"}
    assert of_the_caddyfile < named
    assert [name for name in named - of_the_caddyfile if f"| `{name}` |" not in SETTINGS] == []

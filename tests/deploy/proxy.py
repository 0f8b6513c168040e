"""nginx and Caddy with the files that ship, in front of a service, on ports of their own."""

import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.server import free_port
from tests.traceability import ROOT

HOST = "links.example.com"
DEPLOY = ROOT / "deploy"
UPSTREAM = "127.0.0.1:8000"
_STARTS_WITHIN_SECONDS = 20
_AROUND = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
{user}
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include {folder}/shoplink.conf;
}}
"""


class Proxy(NamedTuple):
    """Where a proxy listens on this machine, with TLS and without."""

    name: str
    port: int
    plain_port: int

    def connected(self, address: str = "127.0.0.1") -> ssl.SSLSocket:
        """A connection with TLS from an address of this machine. The certificate is the proxy's own, so nobody vouches for it."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        plain = socket.create_connection(("127.0.0.1", self.port), 20, (address, 0))
        return context.wrap_socket(plain, server_hostname=HOST)


@contextmanager
def proxying(name: str, upstream: str, folder: Path) -> Iterator[Proxy]:
    """The proxy of this name (nginx or caddy) in front of `upstream` (an address with its port), until the block ends."""
    program = shutil.which(name, path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
    if program is None:
        pytest.skip(f"there is no {name} here")
    proxy = Proxy(name, free_port(), free_port())
    arguments, environment = _SETS_UP[name](proxy, upstream, folder)
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            [program, *arguments], env={**os.environ, **environment}, stdout=log, stderr=log
        )
    try:
        _wait_for(proxy, process, folder / f"{name}.log")
        yield proxy
    finally:
        process.terminate()
        process.wait(timeout=20)


def _nginx(proxy: Proxy, upstream: str, folder: Path) -> tuple[list[str], dict[str, str]]:
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    making = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-subj",
    ]
    subprocess.run(
        [*making, f"/CN={HOST}", "-keyout", key, "-out", certificate], check=True, capture_output=True
    )
    for shipped, here in {
        "listen 80;": f"listen 127.0.0.1:{proxy.plain_port};",
        "listen [::]:80;": "",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{proxy.port} ssl http2;",
        "listen [::]:443 ssl http2;": "",
        f"/etc/letsencrypt/live/{HOST}/fullchain.pem": str(certificate),
        f"/etc/letsencrypt/live/{HOST}/privkey.pem": str(key),
        f"http://{UPSTREAM};": f"http://{upstream};",
    }.items():
        assert text.count(shipped) == 1, shipped
        text = text.replace(shipped, here)
    (folder / "shoplink.conf").write_text(text, encoding="utf-8")
    user = "user root;" if os.geteuid() == 0 else ""  # the folder is this user's
    main = folder / "nginx.conf"
    main.write_text(_AROUND.format(folder=folder, user=user), encoding="utf-8")
    return ["-c", str(main), "-e", str(folder / "error.log")], {}


def _caddy(proxy: Proxy, upstream: str, folder: Path) -> tuple[list[str], dict[str, str]]:
    main = folder / "Caddyfile"
    ports = f"http_port {proxy.plain_port}\n\thttps_port {proxy.port}"
    main.write_text(
        f"{{\n\tadmin off\n\tlocal_certs\n\tskip_install_trust\n\t{ports}\n}}\n"
        f"import {DEPLOY / 'Caddyfile'}\n",
        encoding="utf-8",
    )
    # Its certificates stand in the folder; the file that ships takes the rest from the environment, as in compose.yaml.
    environment = {
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
        "SHOPLINK_UPSTREAM": upstream,
    }
    return ["run", "--config", str(main), "--adapter", "caddyfile"], environment


_SETS_UP = {"nginx": _nginx, "caddy": _caddy}


def _wait_for(proxy: Proxy, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN_SECONDS
    while True:
        assert process.poll() is None, log.read_text(encoding="utf-8")
        try:
            proxy.connected().close()
        except OSError:
            assert time.monotonic() < deadline, log.read_text(encoding="utf-8")
            time.sleep(0.05)
        else:
            return

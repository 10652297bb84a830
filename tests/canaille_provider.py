"""A real OpenID Connect provider on this machine: Canaille, in a process of its own, with functions for users.

Run as a program it serves what the configuration in ``CANAILLE_CONFIG`` and the people in the file named as its
argument say, until its standard input ends; so it never outlives the tests.
"""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

CLIENT, SECRET = "trygkort", "a-secret-of-the-tests"
PASSWORD = "correct horse battery"
GROUPS = {"vagtplan": ["analyse", "planlaegning"], "gaest": ["frivillige"]}
CONFIG = """
SECRET_KEY = "of the tests"
SERVER_NAME = "127.0.0.1:{port}"
PREFERRED_URL_SCHEME = "http"

[CANAILLE]
DATABASE = "memory"
JAVASCRIPT = false
CAPTCHA_ENABLED = false
LANGUAGE = "en"
"""


@dataclass(frozen=True)
class Provider:
    """Where the provider is and which client is registered there."""

    issuer: str
    client: str = CLIENT
    secret: str = SECRET


@contextmanager
def providing(folder: Path, service: str) -> Iterator[Provider]:
    """Canaille while the block runs, with a client whose pages are at ``service``."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    provider = Provider(f"http://127.0.0.1:{port}")
    config, people = folder / "canaille.toml", folder / "people.json"
    config.write_text(CONFIG.format(port=port))
    people.write_text(json.dumps({**asdict(provider), "service": service, "port": port}))
    with (folder / "canaille.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-W", "ignore", __file__, str(people)],
            env={**os.environ, "CANAILLE_CONFIG": str(config)},
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
        )
        try:
            assert server.stdout is not None
            assert server.stdout.readline() == b"ready\n", (folder / "canaille.log").read_text()
            yield provider
        finally:
            assert server.stdin is not None
            server.stdin.close()
            server.wait(20)
            server.stdout.close()


def serve(people: Path) -> None:
    """The provider as a program."""
    from canaille import create_app
    from canaille.app import models
    from canaille.backends import Backend
    from werkzeug.serving import make_server

    setting = json.loads(people.read_text())
    app = create_app()
    with app.app_context(), Backend.instance.session():
        users = {
            name: models.User(user_name=name, family_name=name, emails=[f"{name}@example.org"], password=PASSWORD)
            for name in GROUPS
        }
        for user in users.values():
            Backend.instance.save(user)
        for group in sorted({group for groups in GROUPS.values() for group in groups}):
            members = [users[name] for name, groups in GROUPS.items() if group in groups]
            Backend.instance.save(models.Group(display_name=group, members=members))
        client = models.Client(
            client_id=setting["client"],
            client_secret=setting["secret"],
            client_name="Trygkort",
            client_uri=setting["service"],
            redirect_uris=[setting["service"] + "/login/openid/callback"],
            post_logout_redirect_uris=[setting["service"] + "/login/openid/ended"],
            grant_types=["authorization_code"],
            response_types=["code"],
            token_endpoint_auth_method="client_secret_basic",
            scope=["openid", "groups"],
        )
        Backend.instance.save(client)
        client.audience = [client]
        Backend.instance.save(client)
    server = make_server("127.0.0.1", setting["port"], app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))

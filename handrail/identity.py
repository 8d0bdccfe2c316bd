"""The development issuer: OpenID Connect for the invented personas. It believes everybody; never deploy it."""

import argparse
import io
import os
from collections.abc import Iterable
from urllib.parse import parse_qs, urlencode
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from oidc_provider_mock import User, app
from werkzeug.debug import DebuggedApplication
from werkzeug.serving import WSGIRequestHandler, make_server

from contracts.reference import personas


class Quiet(WSGIRequestHandler):
    """Writes no access log: addresses there carry codes."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


def users() -> list[User]:
    return [User(sub=persona.name, claims={"name": persona.title}) for persona in personas()]


def one_click(issuer: WSGIApplication, names: frozenset[str]) -> WSGIApplication:
    """The same issuer, but whoever `login_hint` names is signed in without its own page: our page has asked already."""

    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        hint = parse_qs(environ.get("QUERY_STRING", "")).get("login_hint", [""])[0]
        if environ["REQUEST_METHOD"] == "GET" and environ["PATH_INFO"] == "/oauth2/authorize" and hint in names:
            body = urlencode({"sub": hint}).encode()
            environ |= {"REQUEST_METHOD": "POST", "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)}
            environ["CONTENT_TYPE"] = "application/x-www-form-urlencoded"
        return issuer(environ, start)

    return answer


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m handrail.identity", description=__doc__)
    words.add_argument("--host", default="127.0.0.1")
    words.add_argument("--port", type=int, required=True)
    told = words.parse_args()
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # plain http, on loopback or inside a compose network
    issuer = app(require_nonce=True, issue_refresh_token=True, user_claims=users())
    issuer.debug = False
    issuer.config["PROPAGATE_EXCEPTIONS"] = False
    if isinstance(issuer.wsgi_app, DebuggedApplication):
        issuer.wsgi_app = issuer.wsgi_app.app  # its debugger runs code for anybody
    issuer.wsgi_app = one_click(issuer.wsgi_app, frozenset(persona.name for persona in personas()))
    make_server(told.host, told.port, issuer, threaded=True, request_handler=Quiet).serve_forever()


if __name__ == "__main__":
    main()

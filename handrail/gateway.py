"""The deployment's gateway: configuration of nginx, made from the path table of contracts.addresses."""

from collections.abc import Iterator

from contracts.addresses import INSIDE, PATHS, Origin
from handrail.local.processes import SERVICES

PORTS: dict[Origin, int] = {"staff": 8000, "neutral": 8001}
PROCESS_PORT = 8010

HEAD = """\
# Made from contracts/addresses.py by `make generated`. TLS ends before this gateway or is added here by the deployment.
worker_processes auto;
events { worker_connections 1024; }
http {
    # Without the query: an address is logged, what was asked is not.
    log_format plain '$time_iso8601 $request_method $logged $status $request_time';
    # Nor the secret that an address ends with: whoever reads the log opens nothing by it.
    map $uri $logged {
        default $uri;
        "~^(?<kept>SECRETS)/." $kept/-;
    }
    access_log /dev/stdout plain;
    error_log /dev/stderr crit;
    server_tokens off;
    client_max_body_size 1m;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Host $http_host;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header Forwarded "";
    proxy_connect_timeout 3s;
    proxy_read_timeout 60s;
    # Names are asked again and again: a service that was restarted elsewhere is found.
    resolver 127.0.0.11 valid=10s;
"""
SECRETS = ("/r", "/yours", "/portal/link/open", "/directory/capacity")
"""Where an address ends with a secret."""
DOWN = """\
        error_page 502 503 504 @away;
        location @away {
            internal;
            default_type text/html;
            return 502 '<!DOCTYPE html><html lang="en"><title>Sorry, this page is not available</title>\
<h1>Sorry, this page is not available</h1><p>Nothing you saved is lost. Try again in a minute.</p></html>';
        }
"""


def _variable(service: str) -> str:
    return f"${service}"


def _locations(origin: Origin) -> Iterator[str]:
    for path in sorted((path for path in PATHS if path.origin == origin), key=lambda path: path.prefix):
        places = ["/"] if path.prefix == "/" else [f"= {path.prefix}", f"{path.prefix}/"]
        for place in places:
            yield f"        location {place} {{ proxy_pass http://{_variable(path.service)}; }}\n"


def _server(origin: Origin) -> str:
    names = "".join(f"        set {_variable(s)} {s.replace('_', '-')}-web:{PROCESS_PORT};\n" for s in SERVICES)
    live = '        location = /livez { default_type text/plain; return 200 "live"; }\n' if origin == "staff" else ""
    hidden = [path for path in INSIDE if not live or path != "/livez"]
    inside = "".join(f"        location = {path} {{ return 404; }}\n" for path in hidden)
    return (
        f"    server {{  # {origin}\n        listen {PORTS[origin]};\n"
        f"{names}{DOWN}{live}{inside}{''.join(_locations(origin))}    }}\n"
    )


def configuration() -> str:
    return HEAD.replace("SECRETS", "|".join(SECRETS)) + "".join(_server(origin) for origin in PORTS) + "}\n"

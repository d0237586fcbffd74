"""Only this machine's own page may talk to the preview."""

from __future__ import annotations

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class Guard:
    """Refuses foreign Host and Origin headers.

    A Host that is not this server's means DNS rebinding; an Origin that is not this server's
    means that another site's page asks. Cards run in sandboxed frames, whose Origin is `null`:
    they may load themselves, and nothing else.
    """

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app = app
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self._origins = {f"http://{host}" for host in self._hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with 403."""
        if scope["type"] == "http" and not self._welcome(scope["path"], dict(scope["headers"])):
            refusal = PlainTextResponse("only the preview's own page is served", 403)
            await refusal(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _welcome(self, path: str, headers: dict[bytes, bytes]) -> bool:
        host = headers.get(b"host", b"").decode("latin-1")
        origin = headers.get(b"origin", b"").decode("latin-1")
        its_own = not origin or origin in self._origins
        return host in self._hosts and (its_own or (origin == "null" and path.startswith("/card/")))

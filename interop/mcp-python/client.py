"""An MCP client that knows one address, as the SDK's guide "OAuth clients" has it."""

import os
from asyncio import Event, get_running_loop, run
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlparse

import httpx2
from mcp import Client
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientMetadata

MCP_URL, PORT = os.environ["MCP_URL"], int(os.environ["PORT"])


class Memory:
    tokens = None
    client_info = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client_info

    async def set_client_info(self, client_info):
        self.client_info = client_info


async def open_browser(url: str) -> None:
    print(f"Visit: {url}", flush=True)


async def wait_for_callback() -> AuthorizationCodeResult:
    back, loop, found = Event(), get_running_loop(), {}

    class Callback(BaseHTTPRequestHandler):
        def do_GET(self):
            found.update(parse_qs(urlparse(self.path).query))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"Back at the client")
            loop.call_soon_threadsafe(back.set)

    listener = HTTPServer(("localhost", PORT), Callback)
    Thread(target=listener.handle_request, daemon=True).start()
    await back.wait()
    listener.server_close()
    code, state, iss = (found.get(name, [None])[0] for name in ("code", "state", "iss"))
    return AuthorizationCodeResult(code=code, state=state, iss=iss)


storage = Memory()
oauth = OAuthClientProvider(
    server_url=MCP_URL,
    client_metadata=OAuthClientMetadata(
        client_name="Simple Auth Client",
        redirect_uris=[f"http://localhost:{PORT}/callback"],
    ),
    storage=storage,
    redirect_handler=open_browser,
    callback_handler=wait_for_callback,
)


async def call(step: str) -> None:
    async with httpx2.AsyncClient(auth=oauth, follow_redirects=True) as http_client:
        async with Client(streamable_http_client(MCP_URL, http_client=http_client)) as client:
            result = await client.call_tool("whoami", {})
            print(f"{step}: {result.content[0].text}", flush=True)


async def main() -> None:
    await call("first call")
    before = storage.tokens.access_token
    oauth.context.token_expiry_time = 1  # as if an hour had passed
    await call("second call")
    print(f"refreshed: {storage.tokens.access_token != before}", flush=True)


run(main())

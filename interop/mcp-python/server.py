"""An MCP server that takes access tokens, as the SDK's guide "Authorization" has it; tokens are introspected (RFC 7662)."""

import os

import httpx2
from mcp.server.auth.provider import AccessToken, TokenVerifier
from mcp.server.auth.settings import AuthSettings
from mcp.server.mcpserver import MCPServer

MCP_URL = os.environ["MCP_URL"]


class Introspection(TokenVerifier):
    async def verify_token(self, token: str) -> AccessToken | None:
        credentials = (os.environ["RESOURCE_ID"], os.environ["RESOURCE_SECRET"])
        async with httpx2.AsyncClient(auth=credentials) as client:
            answer = await client.post(os.environ["ISSUER"] + "/oauth/introspect", data={"token": token})
        found = answer.json()
        if not found.get("active"):
            return None
        return AccessToken(
            token=token,
            client_id=found["client_id"],
            scopes=found.get("scope", "").split(),
            expires_at=found["exp"],
            resource=found["aud"],
            subject=found["sub"],
        )


mcp = MCPServer(
    "tools",
    token_verifier=Introspection(),
    auth=AuthSettings(
        issuer_url=os.environ["ISSUER"],
        resource_server_url=MCP_URL,
        validate_token_resource=True,
        required_scopes=["tools:call"],
    ),
)


@mcp.tool()
def whoami() -> str:
    """Says who calls."""
    from mcp.server.auth.middleware.auth_context import get_access_token

    return f"sub {get_access_token().subject}"


if __name__ == "__main__":
    mcp.run(transport="streamable-http", port=int(os.environ["MCP_PORT"]))

"""An API in FastAPI that takes access tokens: JWTs of RFC 9068, checked with PyJWT and the published keys."""

import os
from typing import Annotated

import jwt
import uvicorn
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

ISSUER, API = os.environ["ISSUER"], os.environ["API"]

app = FastAPI()
keys = jwt.PyJWKClient(ISSUER + "/oauth/jwks", lifespan=300)
bearer = HTTPBearer()


def refuse(status: int, error: str, description: str) -> HTTPException:
    challenge = f'Bearer error="{error}", error_description="{description}"'
    return HTTPException(status, description, {"WWW-Authenticate": challenge})


def claims_of(token: str) -> dict:
    if jwt.get_unverified_header(token).get("typ") != "at+jwt":
        raise jwt.InvalidTokenError("This is no access token")
    return jwt.decode(
        token,
        keys.get_signing_key_from_jwt(token),
        algorithms=["ES256", "RS256", "PS256", "EdDSA"],
        audience=API,
        issuer=ISSUER,
        options={"require": ["exp", "iat", "sub", "client_id", "jti"]},
    )


def access(scope: str):
    def check(credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> dict:
        try:
            claims = claims_of(credentials.credentials)
        except jwt.PyJWKClientConnectionError as error:
            raise HTTPException(503, "The keys cannot be fetched", {"Retry-After": "5"}) from error
        except jwt.PyJWTError as error:
            raise refuse(401, "invalid_token", str(error)) from error
        if scope not in claims.get("scope", "").split():
            raise refuse(403, "insufficient_scope", f"This needs the scope {scope}")
        return claims

    return check


@app.get("/notes")
def read_notes(claims: Annotated[dict, Depends(access("notes:read"))]):
    return claims


@app.post("/notes")
def write_note(claims: Annotated[dict, Depends(access("notes:write"))]):
    return {"written by": claims["sub"]}


if __name__ == "__main__":
    uvicorn.run(app, port=int(os.environ["PORT"]))

"""Authlib in Flask: its documented client of OpenID Connect, which reads the person from the ID token."""

import json
import os

from authlib.integrations.flask_client import OAuth
from flask import Flask, redirect, session, url_for

app = Flask(__name__)
app.secret_key = "!secret"

oauth = OAuth(app)
oauth.register(
    name="accounts",
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    server_metadata_url=os.environ["ISSUER"] + "/.well-known/openid-configuration",
    client_kwargs={"scope": "openid email profile"},
)


@app.route("/")
def homepage():
    return f"<pre>{json.dumps(session.get('user'), ensure_ascii=False)}</pre><a href='/login'>login</a>"


@app.route("/login")
def login():
    return oauth.accounts.authorize_redirect(url_for("auth", _external=True))


@app.route("/auth")
def auth():
    token = oauth.accounts.authorize_access_token()
    session["user"] = token["userinfo"]
    return redirect("/")


@app.route("/logout")
def logout():
    session.pop("user", None)
    return redirect("/")


if __name__ == "__main__":
    app.run(port=int(os.environ["PORT"]))

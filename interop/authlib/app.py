"""Authlib in Flask: its documented client of OpenID Connect, which reads the person from the ID token."""

import os

from authlib.integrations.flask_client import OAuth
from flask import Flask, jsonify, redirect, session, url_for

app = Flask(__name__)
app.secret_key = os.environ["FLASK_SECRET"]

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
    return jsonify(session.get("user"))


@app.route("/login")
def login():
    return oauth.accounts.authorize_redirect(url_for("auth", _external=True))


@app.route("/auth")
def auth():
    token = oauth.accounts.authorize_access_token()
    session["user"] = token["userinfo"]
    session["id_token"] = token["id_token"]
    return redirect("/")


@app.route("/logout")
def logout():
    id_token = session.pop("id_token", None)
    session.pop("user", None)
    return oauth.accounts.logout_redirect(url_for("homepage", _external=True), id_token_hint=id_token)


if __name__ == "__main__":
    app.run(port=int(os.environ["PORT"]))

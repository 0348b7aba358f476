// go-oidc with x/oauth2, in the shape of its example "idtoken": state, nonce and the PKCE verifier in cookies.
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"log"
	"net/http"
	"net/url"
	"os"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

func main() {
	ctx := context.Background()
	appURL := os.Getenv("APP_URL")

	provider, err := oidc.NewProvider(ctx, os.Getenv("ISSUER"))
	if err != nil {
		log.Fatal(err)
	}
	verifier := provider.Verifier(&oidc.Config{ClientID: os.Getenv("CLIENT_ID")})
	config := oauth2.Config{
		ClientID:     os.Getenv("CLIENT_ID"),
		ClientSecret: os.Getenv("CLIENT_SECRET"),
		Endpoint:     provider.Endpoint(),
		RedirectURL:  appURL + "/callback",
		Scopes:       []string{oidc.ScopeOpenID, "profile", "email"},
	}

	http.HandleFunc("GET /login", func(w http.ResponseWriter, r *http.Request) {
		state, nonce, verifier := rand.Text(), rand.Text(), oauth2.GenerateVerifier()
		remember(w, "state", state)
		remember(w, "nonce", nonce)
		remember(w, "verifier", verifier)
		address := config.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier))
		http.Redirect(w, r, address, http.StatusFound)
	})

	http.HandleFunc("GET /callback", func(w http.ResponseWriter, r *http.Request) {
		if state := read(r, "state"); state == "" || r.URL.Query().Get("state") != state {
			http.Error(w, "state did not match", http.StatusBadRequest)
			return
		}
		code := r.URL.Query().Get("code")
		token, err := config.Exchange(ctx, code, oauth2.VerifierOption(read(r, "verifier")))
		if err != nil {
			http.Error(w, "no token: "+err.Error(), http.StatusInternalServerError)
			return
		}
		rawIDToken, _ := token.Extra("id_token").(string)
		idToken, err := verifier.Verify(ctx, rawIDToken)
		if err != nil {
			http.Error(w, "bad ID token: "+err.Error(), http.StatusInternalServerError)
			return
		}
		if nonce := read(r, "nonce"); nonce == "" || idToken.Nonce != nonce {
			http.Error(w, "nonce did not match", http.StatusBadRequest)
			return
		}
		info, err := provider.UserInfo(ctx, config.TokenSource(ctx, token))
		if err != nil {
			http.Error(w, "no userinfo: "+err.Error(), http.StatusInternalServerError)
			return
		}
		var claims map[string]any
		if err := info.Claims(&claims); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		remember(w, "id_token", rawIDToken)
		json.NewEncoder(w).Encode(claims)
	})

	http.HandleFunc("GET /logout", func(w http.ResponseWriter, r *http.Request) {
		var endpoints struct {
			EndSession string `json:"end_session_endpoint"`
		}
		if err := provider.Claims(&endpoints); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		query := url.Values{"id_token_hint": {read(r, "id_token")}, "post_logout_redirect_uri": {appURL + "/login"}}
		http.Redirect(w, r, endpoints.EndSession+"?"+query.Encode(), http.StatusFound)
	})

	log.Fatal(http.ListenAndServe("localhost:"+os.Getenv("PORT"), nil))
}

func remember(w http.ResponseWriter, name, value string) {
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, MaxAge: 3600, HttpOnly: true})
}

func read(r *http.Request, name string) string {
	cookie, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return cookie.Value
}

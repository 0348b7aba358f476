#!/bin/sh
# Registers the example ledger of compose.yaml at the account server, once. Writes the secrets into the file given.
set -eu
file=$1
ledger=${LEDGER_PUBLIC_URL:-http://localhost:8730}
[ ! -s "$file" ] || exit 0

cli() {
  node src/cli.ts "$@" --json
}

# Deletes the resource of an earlier installation, because its secret is lost.
cli resource delete "$ledger/" >/dev/null 2>&1 || true
resource=$(cli resource create --identifier "$ledger/" --name Ledger --scope 'ledger:read ledger:send' \
  --scope-text 'ledger:read=See your balance and your transactions' --scope-text 'ledger:send=Send money for you')
app=$(cli client create --name Ledger --first-party \
  --redirect-uri "$ledger/callback" --post-logout-redirect-uri "$ledger/" \
  --grant-type authorization_code --grant-type client_credentials \
  --scope 'openid profile email accounts:check' --resource "$ACCOUNT_SERVER_ISSUER/api/v1")
docs=$(cli client create --name 'Ledger API documentation' --public --redirect-uri "$ledger/docs" \
  --grant-type authorization_code --scope 'ledger:read ledger:send' --resource "$ledger/")
umask 077
printf '{"resource":%s,"app":%s,"docs":%s,"public_url":"%s"}\n' "$resource" "$app" "$docs" "$ledger" >"$file.new"
mv "$file.new" "$file"

#!/bin/sh
# Writes the secrets that compose.yaml reads into deploy/secrets, once; existing ones are kept. Makes the folders of the logs.
set -eu
cd "$(dirname "$0")"
mkdir -p secrets
chmod 700 secrets

random() {
  od -An -N32 -tx1 /dev/urandom | tr -d ' \n'
}

keep() {
  # Containers read the files as another user; the folder keeps the users of this machine out.
  if [ ! -s "secrets/$1" ]; then printf %s "$2" >"secrets/$1" && chmod 644 "secrets/$1"; fi
}

keep mysql_password "$(random)"
keep mysql_dsn "mysql://accounts:$(cat secrets/mysql_password)@mysql:3306/accounts"
keep token_secret_key "$(random)"
keep admin_password "$(random | cut -c1-24)"
# Containers write there as another user; the folder around them keeps the users of this machine out.
mkdir -p ../logs
chmod 700 ../logs
for service in server-1 server-2 worker migration ledger ledger-registration; do
  mkdir -p "../logs/$service"
  chmod 777 "../logs/$service"
done
echo "The administrator's password is in deploy/secrets/admin_password."

#!/bin/sh
# Copies the SQLite database and its key while the server runs, and keeps the newest BACKUP_KEEP copies (14).
# Run it in the folder of account-server, as its user. Where the copies go: BACKUP_DIR. Settings: .env, as for the server.
set -eu
folder=${BACKUP_DIR:-/var/backups/account-server}
keep=${BACKUP_KEEP:-14}
umask 077

data=${ACCOUNT_SERVER_DATA_DIR:-$(sed -n 's/^ACCOUNT_SERVER_DATA_DIR=//p' .env 2>/dev/null | tail -n 1)}
name=$folder/$(date -u +%Y%m%dT%H%M%SZ)
node src/cli.ts backup "$name.sqlite"
# Without it the copy cannot be opened. A TOKEN_SECRET_KEY of your own is not in a file there: keep it elsewhere.
if [ -s "${data:-data}/secret.key" ]; then cp "${data:-data}/secret.key" "$name.key"; fi

# Names sort by age.
for old in $(ls -1 "$folder" | grep '\.sqlite$' | sort -r | tail -n +$((keep + 1))); do
  rm -f "$folder/$old" "$folder/${old%.sqlite}.key"
done

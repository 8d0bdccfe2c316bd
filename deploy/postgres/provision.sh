#!/usr/bin/env bash
# Makes databases, roles and passwords what databases.yaml and the secrets say. Safe to run again.
# Needs: PGHOST, PGUSER and PGPASSWORD_FILE of a superuser, SECRETS (a folder with a file for each role).
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
PGPASSWORD="$(cat "$PGPASSWORD_FILE")"
export PGPASSWORD PGOPTIONS="-c client_min_messages=warning"
psql -q -X -d postgres -f "$here/roles.sql"
for file in "$SECRETS"/*_{migrate,worker,hub,portal,web}; do
    [ -f "$file" ] || continue
    # the password is read by psql itself: it stands on no command line
    printf '\\set word `cat %s`\nalter role "%s" password :%sword%s;\n' "$file" "${file##*/}" "'" "'" |
        psql -q -X -d postgres -v ON_ERROR_STOP=1
done

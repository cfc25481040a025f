#!/bin/sh
# Runs the clients against a gateway: run.sh [URL of /graphql]
set -eu
cd "$(dirname "$0")"
export CUSTOMER360_URL="${1:-${CUSTOMER360_URL:-http://127.0.0.1:8080/graphql}}"
for client in apollo relay urql; do
  echo "== $client"
  (cd "$client" && npm ci --silent --no-audit --no-fund && npm start --silent)
done
echo "== genqlient"
(cd genqlient && go generate ./... && go vet ./... && go run .)

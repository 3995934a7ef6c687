#!/usr/bin/env bash
# Installs what the tests need from Debian's packages, builds everything and runs every test. CI runs exactly this.
#   ./test.sh          everything
#   ./test.sh quick    build, formatting and unit tests only
set -euo pipefail
cd "$(dirname "$0")"

need_packages=()
[ -x /usr/lib/postgresql/15/bin/postgres ] || need_packages+=(postgresql-15)
command -v psql >/dev/null || need_packages+=(postgresql-client-15)
command -v pgbench >/dev/null || [ -x /usr/lib/postgresql/15/bin/pgbench ] || need_packages+=(postgresql-15)
command -v node >/dev/null || need_packages+=(nodejs npm)
if [ ${#need_packages[@]} -gt 0 ] && [ "${1:-}" != quick ]; then
  sudo_=""; [ "$(id -u)" = 0 ] || sudo_=sudo
  $sudo_ apt-get update -q
  # The tests start their own servers on free ports; the package must not start one.
  export DEBIAN_FRONTEND=noninteractive
  $sudo_ mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] || echo "create_main_cluster = false" | $sudo_ tee /etc/postgresql-common/createcluster.conf >/dev/null
  $sudo_ apt-get install -y -q --no-install-recommends "${need_packages[@]}"
fi

mkdir -p artifacts
step() { printf '\n== %s\n' "$*"; }

step build
dotnet build StreamDb.sln --nologo -v minimal -c Release

step formatting
dotnet format StreamDb.sln --verify-no-changes --no-restore --exclude src/StreamDb.Sql/Generated

step generated parser
if [ "${1:-}" != quick ]; then grammar/generate.sh --check; fi

step unit tests
dotnet test tests/StreamDb.Tests --nologo --no-build -c Release

if [ "${1:-}" = quick ]; then exit 0; fi

step integration tests
dotnet test tests/StreamDb.IntegrationTests --nologo --no-build -c Release

export CONFIGURATION=Release
step sqllogictest, own suites
sqllogictest/run.sh --no-build --jobs 2 --junit artifacts/slt-own.xml

if [ -d ../shared/sqllogictest ]; then
  step "sqllogictest, the peers' tiers T0 and T1a, and RisingWave's T2, each query also as a view"
  sqllogictest/run.sh --no-build --jobs 2 --tier T0,T1a --origin risingwave,sqlite --dual \
    --expected sqllogictest/expected/peers.tsv --junit artifacts/slt-peers.xml
  sqllogictest/run.sh --no-build --jobs 2 --tier T2 --origin risingwave --dual \
    --expected sqllogictest/expected/peers-views.tsv --junit artifacts/slt-peers-views.xml
fi

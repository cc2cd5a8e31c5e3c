#!/usr/bin/env bash
# Lets docker compose itself judge docker-compose.yml, with every profile, before and after .env is filled in. Needs no daemon.
#
#   tests/container/compose_config.sh [FOLDER]
#
# Where there is no docker compose, Debian's newer package is unpacked into FOLDER, from wherever this machine gets its
# packages; nothing is installed. Exit 77 where it cannot be had.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
work=$(realpath -m "${1:-$(mktemp -d)}")
mkdir -p "$work"

if docker compose version >/dev/null 2>&1; then
    compose=(docker compose)
else
    plugin=$work/root/usr/libexec/docker/cli-plugins/docker-compose
    if [[ ! -x $plugin ]]; then
        mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 2>/dev/null | grep -v security | head -n 1) || true
        [[ -n ${mirror:-} ]] || { echo "no docker compose, and no apt to fetch it with"; exit 77; }
        mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/root"
        printf 'deb [signed-by=%s] %s trixie main\n' /usr/share/keyrings/debian-archive-keyring.gpg "$mirror" >"$work/sources.list"
        apart=(-o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null -o "Dir::State::Lists=$work/lists"
            -o "Dir::Cache=$work/cache" -o APT::Sandbox::User=root -o APT::Get::List-Cleanup=0)
        { apt-get -qq "${apart[@]}" update && (cd "$work" && apt-get -qq "${apart[@]}" download docker-compose); } ||
            { echo "docker compose cannot be fetched"; exit 77; }
        dpkg -x "$work"/docker-compose_*.deb "$work/root"
        plugin=$(find "$work/root" -path '*cli-plugins/docker-compose' | head -n 1)
    fi
    compose=("$plugin")
fi
"${compose[@]}" version

# Judged in a copy, so that no .env of whoever runs this is read.
copy=$(mktemp -d)
trap 'rm -rf -- "$copy"' EXIT
cp docker-compose.yml Dockerfile "$copy"
judge() { # WORDS ARGUMENT…
    local words=$1
    shift
    (cd "$copy" && "${compose[@]}" -f docker-compose.yml "$@" config --quiet)
    printf '  good   %s: %s\n' "$words" "$(cd "$copy" && "${compose[@]}" -f docker-compose.yml "$@" config --services | sort | tr '\n' ' ')"
}
judge "without .env"
judge "profile demo" --profile demo
cp .env.example "$copy/.env"
judge "with .env"
judge "with .env, profile demo" --profile demo
judge "every profile" --profile '*'
# The override files of docs/deploy.md: a database of one's own, a second account.
cat >"$copy/own.yml" <<'OWN'
services:
  influxdb:
    profiles: [unused]
  grafana:
    volumes: ["./datasources.yaml:/etc/grafana/provisioning/datasources/solar.yaml:ro"]
  collector:
    secrets: [roof_password]
secrets:
  roof_password: {file: ./secrets/roof_password}
OWN
judge "with a database of one's own" -f own.yml
judge "with a database of one's own, profile demo" -f own.yml --profile demo
# A mistake must not pass.
sed 's/mem_limit:/memlimit:/' docker-compose.yml >"$copy/wrong.yml"
if (cd "$copy" && "${compose[@]}" -f wrong.yml config --quiet) 2>/dev/null; then
    echo "  BROKEN a misspelt key passes"
    exit 1
fi
echo "  good   a misspelt key does not pass"

#!/usr/bin/env bash
# Builds the image with no registry at hand, and tries it as a container would run it: its own user, a root that cannot be written.
#
#   tests/container/build_image.sh [FOLDER]
#
# Debian's own Python stands in for the base image, under its name, so that the Dockerfile is built unchanged. FOLDER keeps
# that base between runs. Needs root, buildah, mmdebstrap and a network. Prints what it measured; exit 1 where a promise is broken.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

work=${1:-$(mktemp -d)}
mkdir -p "$work"
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
base=docker.io/library/python:3.13-slim-bookworm
image=localhost/solar-collector:test
containers=()
scratch=$(mktemp -d)
cleanup() {
    for one in "${containers[@]}"; do buildah rm "$one" >/dev/null || true; done
    rm -rf -- "$scratch"
    [[ $# -gt 0 ]] || rm -rf -- "$work"
}
if (($#)); then trap 'cleanup keep' EXIT; else trap cleanup EXIT; fi

broken=0
expect() { # WORDS WANTED GOT
    if [[ $2 == "$3" ]]; then printf '  good   %s: %s\n' "$1" "$3"; else
        printf '  BROKEN %s: %s, not %s\n' "$1" "$3" "$2"
        broken=1
    fi
}
contains() { # WORDS WANTED FILE
    if grep -qF -- "$2" "$3"; then printf '  good   %s\n' "$1"; else
        printf '  BROKEN %s: no "%s" in: %s\n' "$1" "$2" "$(tail -c 400 "$3")"
        broken=1
    fi
}

if ! buildah inspect --type image "$base" >/dev/null 2>&1; then
    if [[ ! -s $work/base.tar ]]; then
        # From wherever this machine gets its packages.
        mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | grep -v security | head -n 1)
        mmdebstrap --quiet --variant=minbase --include=python3,python3-venv,python3-pip,ca-certificates \
            bookworm "$work/base.tar" "$mirror"
    fi
    empty=$(buildah from scratch)
    containers+=("$empty")
    buildah add --quiet "$empty" "$work/base.tar" / >/dev/null
    buildah commit --quiet "$empty" "$base" >/dev/null
fi

# This machine's certificates and its source of packages; neither becomes part of the image.
authorities=/etc/ssl/certs/ca-certificates.crt
mounts=()
if [[ -r $authorities ]]; then
    printf '[global]\ncert = %s\n' "$authorities" >"$scratch/pip.conf"
    [[ -z ${PIP_INDEX_URL:-} ]] || printf 'index-url = %s\n' "$PIP_INDEX_URL" >>"$scratch/pip.conf"
    mounts=(-v "$authorities:$authorities:ro" -v "$scratch/pip.conf:/etc/pip.conf:ro")
fi
began=$SECONDS
# Without the docker format HEALTHCHECK would be dropped.
buildah bud --quiet --format docker --isolation chroot --pull=never --network host "${mounts[@]}" \
    --build-arg "REVISION=$(git rev-parse --short HEAD)" -t "$image" . >/dev/null
printf 'built in %s s\n' "$((SECONDS - began))"

config() { buildah inspect --type image --format "$1" "$image"; }
container=$(buildah from --pull=never "$image")
containers+=("$container")
root=$(buildah mount "$container")
base_container=$(buildah from --pull=never "$base")
containers+=("$base_container")
whole=$(du -sm "$root" | cut -f 1) below=$(du -sm "$(buildah mount "$base_container")" | cut -f 1)
printf 'size: %s MB, of which %s MB are ours, the rest is the base\n' "$whole" "$((whole - below))"

expect "user" 10001:0 "$(config '{{.Docker.Config.User}}')"
expect "entry point" '[solar-collector]' "$(config '{{.Docker.Config.Entrypoint}}')"
expect "command" '[run]' "$(config '{{.Docker.Config.Cmd}}')"
expect "health check, without a shell" '[CMD solar-collector health]' "$(config '{{.Docker.Config.Healthcheck.Test}}')"
expect "licence label" MIT "$(config '{{index .Docker.Config.Labels "org.opencontainers.image.licenses"}}')"
for one in /var/lib/solar-collector /run/solar; do
    expect "mount point $one" "10001:0 770" "$(stat -c '%u:%g %a' "$root$one")"
done
expect "tools that build stay behind" "" "$(find "$root/opt/solar" -maxdepth 5 \( -name 'hatchling*' -o -name pip \))"
expect "set-user-id programs in what was added" "" "$(find "$root/opt" -perm /6000)"

# Runs a program of the image as its user, in a root that cannot be written but for what compose mounts there.
mapfile -t environment < <(config '{{range .Docker.Config.Env}}{{println .}}{{end}}' | sed '/^$/d')
install -d -o 10001 -g 0 -m 0770 "$scratch/state" "$scratch/secrets"
install -d "$scratch/config"
enter() { # [NAME=VALUE …] PROGRAM …: becomes the program
    # shellcheck disable=SC2016  the inner shell expands
    exec unshare --mount sh -euc '
        root=$1 scratch=$2; shift 2
        mount --bind "$root" "$root"
        mount --bind "$scratch/state" "$root/var/lib/solar-collector"
        mount --bind "$scratch/secrets" "$root/run/solar"
        mount --bind "$scratch/config" "$root/solar/config"
        mount --rbind /dev "$root/dev"
        mount -t tmpfs -o mode=1777 none "$root/tmp"
        mount -o remount,bind,ro "$root"
        exec chroot --userspec=10001:0 --groups=0 "$root" /usr/bin/env -i --chdir=/solar "$@"
    ' sh "$root" "$scratch" "${environment[@]}" "$@"
}
inside() { (enter "$@"); }
code() { # WORDS WANTED PROGRAM …
    local words=$1 wanted=$2 got=0
    shift 2
    inside "$@" >"$scratch/out" 2>&1 || got=$?
    expect "$words" "$wanted" "$got"
}

code "a write to the root: exit code" 1 python3 -c 'open("/solar/x", "w")'
code "run without a word of configuration: exit code" 2 solar-collector run
code "version: exit code" 0 solar-collector version
code "health before run: exit code" 1 solar-collector health
touch "$scratch/state/beat"
code "health of a fresh beat: exit code" 0 solar-collector health
touch -d '-3 minutes' "$scratch/state/beat"
code "health of a beat 3 minutes old: exit code" 1 solar-collector health
rm "$scratch/state/beat"

account=(SOLAR_ACCOUNTS__HOME__VENDOR=fusionsolar SOLAR_ACCOUNTS__HOME__BASE_URL=https://localhost:1
    SOLAR_ACCOUNTS__HOME__USERNAME=somebody)
enter "${account[@]}" SOLAR_ACCOUNTS__HOME__PASSWORD=password solar-collector run >"$scratch/run.log" 2>&1 &
runner=$!
for _ in $(seq 100); do [[ -e $scratch/state/beat ]] && break || sleep 0.1; done
code "health beside a live run: exit code" 0 solar-collector health
got=0
kill -TERM "$runner" || cat "$scratch/run.log"
wait "$runner" || got=$?
expect "run ended by SIGTERM: exit code" 0 "$got"
code "health after run has ended: exit code" 1 solar-collector health

# A password file that the collector's user may not read: one line that says so.
install -m 0400 /dev/null "$scratch/config/password"
echo something >"$scratch/config/password"
account+=(SOLAR_ACCOUNTS__HOME__PASSWORD_FILE=/solar/config/password)
code "run with an unreadable password file: exit code" 2 "${account[@]}" solar-collector run
contains "which is named with the mend" "let the collector's user read the file" "$scratch/out"
code "health does not care: exit code" 1 "${account[@]}" solar-collector health

began=$SECONDS
code "demo --once: exit code" 0 solar-collector demo --once --days 0.25 --folder /var/lib/solar-collector/demo
printf 'a quarter of a day of demo in %s s\n' "$((SECONDS - began))"
inside SOLAR_STATE_DIR=/var/lib/solar-collector/demo SOLAR_CONFIG=/var/lib/solar-collector/demo/collector.yaml \
    solar-collector export --count >"$scratch/out" 2>&1
contains "which leaves readings" pv_inverter "$scratch/out"
exit "$broken"

# shellcheck shell=bash disable=SC2154,SC2034 # variables shared between the parts
# Shared by every command: messages, JSON, locks, ports, the cache folder.

readonly EXIT_USAGE=2 EXIT_MISSING=3

say() { printf 'odoo: %s\n' "$*" >&2; }

fail() {
  say "$@"
  exit 1
}

# Something this machine lacks. First what, then what to do about it.
fail_missing() {
  say "missing: $1"
  say "next step: $2"
  exit "$EXIT_MISSING"
}

fail_usage() {
  say "$1"
  usage
  exit "$EXIT_USAGE"
}

# --- JSON -------------------------------------------------------------------

json_string() {
  local text="$1"
  text="${text//\\/\\\\}"
  text="${text//\"/\\\"}"
  text="${text//$'\n'/\\n}"
  printf '"%s"' "$text"
}

join_json() {
  local separator='' item
  for item in "$@"; do
    printf '%s%s' "$separator" "$(json_string "$item")"
    separator=,
  done
}

# --- cache ------------------------------------------------------------------

prepare_cache() {
  if [[ -n "${WAYBILL_ODOO_CACHE-}" ]]; then
    cache="$WAYBILL_ODOO_CACHE"
  elif ((EUID == 0)); then
    cache=/var/cache/waybill-odoo
  else
    cache="${XDG_CACHE_HOME:-$HOME/.cache}/waybill-odoo"
  fi
  mkdir -p "$cache" || fail_missing "a folder that can be written at $cache" 'set WAYBILL_ODOO_CACHE to one'
  cache="$(cd "$cache" && pwd -P)"
  mkdir -p "$cache"/locks "$cache"/ports "$cache"/keys
  # The service user has to pass through the cache, nobody else has to read keys.
  chmod 755 "$cache"
  chmod 700 "$cache"/locks "$cache"/keys
}

# A secret made once and kept: secret <name>
secret() {
  local file="$cache/keys/$1"
  if [[ ! -s "$file" ]]; then
    (umask 077 && od -An -N18 -tx1 /dev/urandom | tr -d ' \n' >"$file.$$")
    # A hard link fails if another process was faster: its secret is the one.
    ln "$file.$$" "$file" 2>/dev/null || true
    rm -f "$file.$$"
  fi
  cat "$file"
}

# --- locks ------------------------------------------------------------------

# with_lock <name> <command...>: one at a time across processes. It runs in a
# subshell, so the lock goes with it whatever happens inside.
with_lock() {
  local name="$1"
  shift
  (
    exec 9>"$cache/locks/$name"
    if ! try_lock "$name"; then
      say "waiting for another process ($name)"
      wait_lock "$name"
    fi
    "$@"
  )
}

# macOS has no flock; there a folder, which mkdir makes atomically, stands in.
try_lock() {
  if command -v flock >/dev/null; then
    flock -w 2 9
  else
    mkdir "$cache/locks/$1.d" 2>/dev/null && trap "rmdir '$cache/locks/$1.d'" EXIT
  fi
}

wait_lock() {
  if command -v flock >/dev/null; then
    flock 9
  else
    until try_lock "$1"; do sleep 0.3; done
  fi
}

# A server that inherited a lock's descriptor would hold the lock for ever.
close_descriptors() {
  local path descriptor
  for path in /proc/self/fd/*; do
    descriptor="${path##*/}"
    if ((descriptor > 2)); then eval "exec $descriptor>&-" 2>/dev/null || true; fi
  done
}

# --- ports ------------------------------------------------------------------

port_busy() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Where the search starts depends on the cache folder, so that two caches that
# start at the same moment do not race for the same port.
first_port() {
  local sum
  sum="$(printf '%s %s' "$cache" "$1" | cksum)"
  printf '%s' $((20000 + ${sum%% *} % 12000))
}

# The remembered port of <name>, chosen if there is none yet.
port_of() {
  [[ -s "$cache/ports/$1" ]] || choose_port "$1"
  cat "$cache/ports/$1"
}

choose_port() {
  local port
  port="$(first_port "$1")"
  while port_busy "$port" || grep -qsx "$port" "$cache"/ports/*; do port=$((port + 1)); done
  printf '%s\n' "$port" >"$cache/ports/$1"
}

# Before a start: keep the remembered port unless something else took it.
free_port_of() {
  if port_busy "$(port_of "$1")"; then choose_port "$1"; fi
  port_of "$1"
}

# --- HTTP -------------------------------------------------------------------

# Odoo's own version over HTTP, without curl: a fresh Debian has none.
server_version() {
  local port="$1" answer
  answer="$(
    exec 2>/dev/null 3<>"/dev/tcp/127.0.0.1/$port" || exit 1
    printf 'POST /web/webclient/version_info HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}' >&3
    cat <&3
  )" || return 1
  [[ "$answer" =~ \"server_version\":\ *\"([^\"]+)\" ]] || return 1
  printf '%s' "${BASH_REMATCH[1]}"
}

wait_for_server() {
  local version="$1" tries
  for ((tries = 0; tries < 240; tries++)); do
    if server_version "$(port_of "http-$version")" >/dev/null; then return; fi
    if ((tries > 8)) && ! driver_server_running "$version"; then break; fi
    sleep 0.25
  done
  driver_logs "$version" no 2>/dev/null | tail -n 15 >&2 || true
  fail "Odoo $version does not answer; its log ends as above. Next: scripts/odoo down $version, then up again"
}

# --- driver -----------------------------------------------------------------

# Docker where it works, as that is what most people have; otherwise Debian's
# own packages.
load_driver() {
  driver="${WAYBILL_ODOO_DRIVER-}"
  if [[ -z "$driver" && -s "$cache/driver" ]]; then driver="$(cat "$cache/driver")"; fi
  if [[ -z "$driver" ]]; then
    if docker info >/dev/null 2>&1; then
      driver=docker
    elif [[ -f /etc/debian_version ]]; then
      driver=debian
    else
      fail_missing 'a running Docker, or Debian 12' 'start Docker (check with: docker info), or point the tests at your own Odoo with WAYBILL_TEST_ODOO_URL'
    fi
  fi
  case "$driver" in
    docker | debian) ;;
    *) fail_usage "WAYBILL_ODOO_DRIVER is docker or debian, not $driver" ;;
  esac
  # Kept, so that `docker` starting or stopping later does not split one cache
  # between two sets of databases.
  printf '%s\n' "$driver" >"$cache/driver"
  # shellcheck source=/dev/null
  source "$here/odoo.d/$driver.sh"
}

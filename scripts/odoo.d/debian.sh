# shellcheck shell=bash disable=SC2154,SC2034 # variables shared between the parts
# The driver for a Debian 12 without Docker (CI images, containers).
#
# Odoo 19 is Debian sid's package, unpacked into the cache and run by Debian
# 12's own Python (sid's is too new for it). Odoo 14 is Debian 11's package in
# a chroot. Both share one private PostgreSQL. Nothing but Debian 12's own
# packages is installed on the system.

# shellcheck source=scripts/odoo.d/debian-install.sh
source "$here/odoo.d/debian-install.sh"

readonly DATA_IN_CHROOT=/srv/waybill

# --- running as somebody else than root -------------------------------------

service_user() { if ((EUID == 0)); then printf 'waybill-odoo'; else id -un; fi; }
service_uid() { id -u "$(service_user)"; }
service_gid() { id -g "$(service_user)"; }

# PostgreSQL refuses to run as root, and Odoo should not. initdb wants a uid
# with a name, hence a system user and not merely some number.
ensure_service_user() {
  ((EUID == 0)) || return 0
  id -u waybill-odoo >/dev/null 2>&1 ||
    useradd --system --user-group --home-dir /nonexistent --shell /usr/sbin/nologin waybill-odoo
}

# Sets `odoo_command` to a clean environment, as ours may hold a PGHOST or a
# PYTHONPATH, and `become` to what turns root into the service user.
set_environment() {
  odoo_command=(env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 TZ=UTC "HOME=$1" "USER=$(service_user)"
    "PYTHONPATH=$cache/19/app/usr/lib/python3/dist-packages")
  become=()
  if ((EUID == 0)); then become=(setpriv "--reuid=$(service_uid)" "--regid=$(service_gid)" --clear-groups); fi
}

as_service() {
  local odoo_command become
  set_environment "$cache"
  "${odoo_command[@]}" "${become[@]}" "$@"
}

require_reachable_cache() {
  as_service test -x "$cache" ||
    fail_missing "a cache folder that the user $(service_user) can reach (not $cache)" 'set WAYBILL_ODOO_CACHE to one outside of /root'
}

service_folder() {
  mkdir -p "$1"
  if ((EUID == 0)); then chown "$(service_uid):$(service_gid)" "$1"; fi
}

# --- PostgreSQL -------------------------------------------------------------

postgres_bin() {
  local folder best=''
  for folder in /usr/lib/postgresql/*/bin; do
    if [[ -x "$folder/initdb" && -x "$folder/postgres" ]]; then best="$folder"; fi
  done
  printf '%s' "$best"
}

# TCP only, with passwords: a socket path in a deep cache folder can be too long.
driver_psql() {
  PGPASSWORD="$(secret postgres)" PGOPTIONS='-c client_min_messages=warning' "$(postgres_bin)/psql" -X -A -t -q -v ON_ERROR_STOP=1 \
    -h 127.0.0.1 -p "$(port_of postgres)" -U postgres "$@"
}

driver_postgres_running() {
  [[ -n "$(postgres_bin)" && -s "$cache/pg/postmaster.pid" ]] &&
    "$(postgres_bin)/pg_isready" -q -h 127.0.0.1 -p "$(port_of postgres)"
}

driver_start_postgres() {
  if driver_postgres_running; then return; fi
  ensure_postgres_installed
  ensure_service_user
  require_reachable_cache
  [[ -f "$cache/pg/PG_VERSION" ]] || make_cluster
  local port
  port="$(free_port_of postgres)"
  say "starting PostgreSQL on port $port"
  # The children of a server that was killed keep its memory for a moment, and
  # until they are gone a new one refuses to start.
  local tries
  for tries in 1 2 3 4 5; do
    if launch_postgres "$port"; then break; fi
    ((tries < 5)) || fail "PostgreSQL did not start; its log is $cache/pg/server.log"
    sleep 1.5
  done
  ensure_roles
}

# pg_ctl itself clears away the pid file of a server that died.
launch_postgres() {
  (
    close_descriptors
    cd /
    as_service "$(postgres_bin)/pg_ctl" -D "$cache/pg" -l "$cache/pg/server.log" -o "-p $1" -w -t 60 start
  ) </dev/null >/dev/null 2>&1
}

make_cluster() {
  say 'making a private PostgreSQL cluster'
  local new="$cache/pg.part" password_file="$cache/pg.password"
  rm -rf "$new"
  service_folder "$new"
  secret postgres >/dev/null
  install -m 600 -o "$(service_uid)" -g "$(service_gid)" "$cache/keys/postgres" "$password_file"
  (
    cd /
    as_service "$(postgres_bin)/initdb" -D "$new" -U postgres --pwfile="$password_file" \
      --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 --no-sync
  ) >"$cache/initdb.log" 2>&1 || fail "initdb failed; its log is $cache/initdb.log"
  rm -f "$password_file"
  cat >>"$new/postgresql.conf" <<'CONF'

# Waybill: every database here is thrown away, so nothing waits for the disk.
# After a power cut the cluster may be broken: remove the cache and start again.
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 4GB
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
# Both Odoos, their evented workers, a dozen tests reading tables.
max_connections = 300
shared_buffers = 512MB
jit = off
CONF
  mv "$new" "$cache/pg"
}

driver_stop_postgres() {
  driver_postgres_running || return 0
  say 'stopping PostgreSQL'
  (cd / && as_service "$(postgres_bin)/pg_ctl" -D "$cache/pg" -m fast -w -t 60 stop) >/dev/null 2>&1 ||
    fail "PostgreSQL did not stop; its log is $cache/pg/server.log"
}

# --- Odoo: one command, one interface for both versions ---------------------

# Where Odoo's files are: seen from here, and seen from Odoo.
data_folder() {
  case "$1" in
    19) printf '%s/19/data' "$cache" ;;
    14) printf '%s/14/root%s' "$cache" "$DATA_IN_CHROOT" ;;
  esac
}

data_folder_inside() {
  case "$1" in
    19) data_folder 19 ;;
    14) printf '%s' "$DATA_IN_CHROOT" ;;
  esac
}

# odoo_command <version> <arguments...>: sets `odoo_command`, the whole command
# line. An array and not a function, so that setsid can run it too. 19 is
# started through its script: as `python3 -m odoo` the evented worker, which
# runs the same command line again, dies.
set_odoo_command() {
  local version="$1" arguments=()
  shift
  # A subcommand has to come before any option.
  if [[ "${1-}" == shell ]]; then arguments=(shell) && shift; fi
  arguments+=(-c "$(data_folder_inside "$version")/odoo.conf" "$@")
  case "$version" in
    19)
      set_environment "$cache/19"
      odoo_command+=("${become[@]}" /usr/bin/python3 "$cache/19/app/usr/bin/odoo" "${arguments[@]}")
      ;;
    14)
      set_environment "$DATA_IN_CHROOT"
      odoo_command+=(chroot "--userspec=$(service_uid):$(service_gid)" "$cache/14/root" /usr/bin/odoo "${arguments[@]}")
      ;;
  esac
}

# driver_odoo <version> <arguments...>: one Odoo process in the foreground.
driver_odoo() {
  local odoo_command become
  set_odoo_command "$@"
  (cd / && "${odoo_command[@]}")
}

driver_copy_files() {
  local store
  store="$(data_folder "$1")/filestore"
  rm -rf "${store:?}/$3"
  if [[ -d "$store/$2" ]]; then cp -a "$store/$2" "$store/$3"; fi
}

driver_remove_files() { rm -rf "$(data_folder "$1")/filestore/${2:?}"; }

# A file and not arguments: the command line of a process is public, and this
# holds passwords.
write_configuration() {
  local version="$1" file evented=gevent_port
  [[ "$version" == 19 ]] || evented=longpolling_port
  file="$(data_folder "$version")/odoo.conf"
  (
    umask 077
    cat >"$file.part" <<CONF
[options]
db_host = 127.0.0.1
db_port = $(port_of postgres)
db_user = $(role_of "$version")
db_password = $(secret "role-$version")
db_maxconn = 16
admin_passwd = $(secret "master-$version")
data_dir = $(data_folder_inside "$version")
http_interface = 127.0.0.1
http_port = $(port_of "http-$version")
$evented = $(port_of "evented-$version")
CONF
  )
  if ((EUID == 0)); then chown "$(service_uid):$(service_gid)" "$file.part"; fi
  mv "$file.part" "$file"
}

# --- the server -------------------------------------------------------------

pid_file() { printf '%s/%s/server.pid' "$cache" "$1"; }
driver_log_place() { printf '%s/%s/odoo.log' "$cache" "$1"; }

# Members of the server's process group that are still ours. A bare number in
# a pid file proves nothing: after a restart it may be anybody's.
server_processes() {
  local group stat fields
  group="$(cat "$(pid_file "$1")" 2>/dev/null)" || return 0
  [[ -n "$group" ]] || return 0
  for stat in /proc/[0-9]*/stat; do
    # The name, in brackets, can hold anything: cut it off first.
    fields="$(sed 's/^.*) //' "$stat" 2>/dev/null)" || continue
    # shellcheck disable=SC2086 # state, parent, group, ...
    set -- $fields
    if [[ "${1-}" != Z && "${3-}" == "$group" ]] && is_ours "${stat%/stat}"; then
      stat="${stat#/proc/}"
      printf '%s\n' "${stat%/stat}"
    fi
  done
}

is_ours() {
  [[ "$(stat -c %u "$1" 2>/dev/null)" == "$(service_uid)" ]] && grep -qsaE 'odoo\.conf|^odoo: ' "$1/cmdline"
}

driver_server_running() {
  local pid
  pid="$(cat "$(pid_file "$1")" 2>/dev/null)" || return 1
  [[ -n "$pid" && -d "/proc/$pid" ]] && ! grep -qs '^State:.Z' "/proc/$pid/status" && is_ours "/proc/$pid" && knows_postgres "$1"
}

driver_start_server() {
  local version="$1"
  if driver_server_running "$version"; then
    wait_for_server "$version"
    return
  fi
  ensure_service_user
  "ensure_odoo_$version"
  # Workers outlive a master that was killed, and hold its port.
  driver_stop_server "$version"
  [[ "$version" == 19 ]] || mount_proc
  service_folder "$(data_folder "$version")"
  free_port_of "http-$version" >/dev/null
  free_port_of "evented-$version" >/dev/null
  write_configuration "$version"
  say "starting Odoo $version at $(server_url "$version")"
  launch_server "$version"
  wait_for_server "$version"
}

# PostgreSQL moves to another port where its own was taken meanwhile.
knows_postgres() {
  grep -qsx "db_port = $(port_of postgres)" "$(data_folder "$1")/odoo.conf"
}

launch_server() {
  local version="$1" log tries odoo_command become
  log="$(driver_log_place "$version")"
  if [[ -f "$log" ]]; then mv "$log" "$log.1"; fi
  set_odoo_command "$version" "--workers=${WAYBILL_ODOO_WORKERS:-3}" --max-cron-threads=0
  # A session of its own: the server outlives this script and its terminal. The
  # inner shell writes down its pid and then becomes Odoo, which keeps the pid.
  (
    close_descriptors
    cd /
    # shellcheck disable=SC2016 # for the inner shell
    setsid bash -c 'echo $$ >"$1"; shift; exec "$@"' - "$(pid_file "$version")" "${odoo_command[@]}" \
      </dev/null >"$log" 2>&1 &
  )
  # Until exec has happened all the way the process does not look like Odoo.
  for ((tries = 0; tries < 50; tries++)); do
    if driver_server_running "$version"; then return; fi
    sleep 0.1
  done
}

driver_stop_server() {
  local version="$1" pids tries
  pids="$(server_processes "$version")"
  if [[ -n "$pids" ]]; then
    say "stopping Odoo $version"
    # shellcheck disable=SC2086 # a list of numbers
    kill -TERM $pids 2>/dev/null || true
    for ((tries = 0; tries < 50; tries++)); do
      pids="$(server_processes "$version")"
      [[ -n "$pids" ]] || break
      # A second's grace for requests under way, then without ceremony.
      # shellcheck disable=SC2086
      if ((tries == 20)); then kill -KILL $pids 2>/dev/null || true; fi
      sleep 0.1
    done
  fi
  rm -f "$(pid_file "$version")"
  # So that the cache folder can be removed while Odoo 14 is down.
  [[ "$version" == 19 ]] || unmount_proc
}

driver_logs() {
  local log
  log="$(driver_log_place "$1")"
  [[ -f "$log" ]] || fail "Odoo $1 has not written a log yet"
  if [[ "$2" == yes ]]; then tail -n 100 -F "$log"; else tail -n 200 "$log"; fi
}

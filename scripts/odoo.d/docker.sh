# shellcheck shell=bash disable=SC2154,SC2034 # variables shared between the parts
# The driver for Docker: official images through `docker compose`.
# Offers the same driver_* functions as debian.sh.

# One project per cache folder, so that a second cache is a world of its own.
compose_project() {
  local sum
  sum="$(printf '%s' "$cache" | cksum)"
  printf 'waybill-odoo-%s' "${sum%% *}"
}

compose() {
  WAYBILL_POSTGRES_PASSWORD="$(secret postgres)" \
    WAYBILL_POSTGRES_PORT="$(port_of postgres)" \
    WAYBILL_ODOO_19_PASSWORD="$(secret role-19)" \
    WAYBILL_ODOO_19_PORT="$(port_of http-19)" \
    WAYBILL_ODOO_14_PASSWORD="$(secret role-14)" \
    WAYBILL_ODOO_14_PORT="$(port_of http-14)" \
    docker compose -p "$(compose_project)" -f "$here/odoo.d/compose.yaml" "$@"
}

require_docker() {
  docker info >/dev/null 2>&1 || fail_missing 'a running Docker' 'start it (check with: docker info), or WAYBILL_ODOO_DRIVER=debian on Debian 12'
  docker compose version >/dev/null 2>&1 || fail_missing 'docker compose' 'install the plugin docker-compose-plugin'
}

service_running() { [[ -n "$(compose ps -q --status running "$1" 2>/dev/null)" ]]; }

# --wait: until the healthcheck passes, where the service has one.
start_service() {
  compose up -d --wait "$1" </dev/null >&2 ||
    fail "docker compose could not start $1: see above, and: docker compose -p $(compose_project) logs $1"
}

# --- PostgreSQL -------------------------------------------------------------

driver_postgres_running() { service_running db; }

driver_start_postgres() {
  if driver_postgres_running; then return; fi
  require_docker
  free_port_of postgres >/dev/null
  say 'starting PostgreSQL (Docker)'
  start_service db
  ensure_roles
}

driver_stop_postgres() {
  if driver_postgres_running; then compose stop db </dev/null >&2; fi
}

# Through the container's socket: the machine itself may have no psql.
driver_psql() {
  compose exec -T db env PGOPTIONS='-c client_min_messages=warning' \
    psql -X -A -t -q -v ON_ERROR_STOP=1 -U postgres "$@" </dev/null
}

# --- Odoo -------------------------------------------------------------------

driver_server_running() { service_running "odoo$1"; }

driver_start_server() {
  local version="$1"
  if ! driver_server_running "$version"; then
    free_port_of "http-$version" >/dev/null
    say "starting Odoo $version at $(server_url "$version") (Docker)"
    start_service "odoo$version"
  fi
  wait_for_server "$version"
}

driver_stop_server() {
  if driver_server_running "$1"; then compose stop -t 5 "odoo$1" </dev/null >&2; fi
}

# In the server's own container, for its filestore. The image's entry point
# adds the database's address and password.
driver_odoo() {
  local version="$1" terminal=()
  shift
  if [[ ! -t 0 ]]; then terminal=(-T); fi
  compose exec ${terminal[@]+"${terminal[@]}"} "odoo$version" /entrypoint.sh odoo "$@"
}

driver_copy_files() {
  # shellcheck disable=SC2016 # for the container's shell
  compose exec -T "odoo$1" sh -c '
    cd /var/lib/odoo && rm -rf "filestore/$2" && if [ -d "filestore/$1" ]; then cp -a "filestore/$1" "filestore/$2"; fi
  ' - "$2" "$3" </dev/null
}

driver_remove_files() {
  # Where the server is down there is nobody to ask; a copy replaces the files.
  driver_server_running "$1" || return 0
  compose exec -T "odoo$1" rm -rf "/var/lib/odoo/filestore/${2:?}" </dev/null
}

driver_log_place() { printf 'docker compose -p %s logs odoo%s' "$(compose_project)" "$1"; }

driver_logs() {
  local follow=()
  if [[ "$2" == yes ]]; then follow=(-f); fi
  compose logs --tail 200 ${follow[@]+"${follow[@]}"} "odoo$1"
}

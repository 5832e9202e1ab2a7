# shellcheck shell=bash disable=SC2154,SC2034 # variables shared between the parts
# Databases: prepared templates, quick copies of them, API keys, reports.
# Uses the driver's functions, so it is the same for Docker and for Debian.

default_modules() {
  case "$1" in
    # JSON-2 is part of 19 itself; `rpc` adds the older protocols there.
    19) printf 'base,contacts,crm,mass_mailing,calendar,rpc' ;;
    14) printf 'base,contacts,crm,mass_mailing,calendar' ;;
  esac
}

default_database() { printf 'waybill%s' "$1"; }

# One PostgreSQL role per version. Odoo lists only databases its own role owns,
# so neither version ever opens the other's.
role_of() { printf 'odoo%s' "$1"; }

# The name goes into SQL, paths and URLs as it is.
check_database_name() {
  [[ "$1" =~ ^[a-z][a-z0-9_]{0,50}$ ]] || fail_usage "a database name is needed: small letters, digits and _ (got '$1')"
  case "$1" in
    postgres | template* | building*) fail_usage "the name $1 is taken" ;;
  esac
}

template_name() {
  local version="$1" modules="$2" sum
  sum="$(printf '%s' "$modules" | tr ',' '\n' | sort -u | cksum)"
  printf 'template_%s_%s' "$version" "${sum%% *}"
}

# --- PostgreSQL -------------------------------------------------------------

sql() { driver_psql -d "${2:-postgres}" -c "$1"; }

# Prints `owner|is_template`, or nothing where there is no such database.
database_row() {
  sql "SELECT pg_get_userbyid(datdba), datistemplate FROM pg_database WHERE datname = '$1'"
}

require_database() {
  local row
  row="$(database_row "$2")"
  [[ "${row%|*}" == "$(role_of "$1")" ]] || fail "Odoo $1 has no database $2 (make one: scripts/odoo fresh $2 $1)"
}

require_postgres() {
  with_lock postgres driver_start_postgres
}

ensure_roles() {
  local version password
  for version in 19 14; do
    password="$(secret "role-$version")"
    sql "DO \$\$ BEGIN
           IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '$(role_of "$version")') THEN
             CREATE ROLE $(role_of "$version") LOGIN CREATEDB PASSWORD '$password';
           END IF;
         END \$\$" >/dev/null
  done
}

# --- up ---------------------------------------------------------------------

# Where all runs already, nobody takes a lock: tests call this all the time.
up() {
  driver_postgres_running || with_lock postgres driver_start_postgres
  server_is_fine "$1" || with_lock "server-$1" driver_start_server "$1"
}

server_is_fine() {
  driver_server_running "$1" && server_version "$(port_of "http-$1")" >/dev/null
}

# --- templates --------------------------------------------------------------

template_is_ready() { [[ "$(database_row "$1")" == *'|t' ]] && key_is_good "$1"; }

ensure_template() {
  local version="$1" modules="$2" template="$3"
  [[ -n "$(database_row "$template")" ]] || build_template "$version" "$modules" "$template"
  key_is_good "$template" || renew_template_key "$version" "$template"
}

# Built under another name: a build that was cut short is never taken for done.
# A template from the start: Odoo does not list those. One that it lists, and
# that is the only one, it would open for every request that names none.
build_template() {
  local version="$1" modules="$2" template="$3" building="building_${3#template_}"
  say "preparing a database with $modules on Odoo $version (once, about a minute)"
  drop_building "$building"
  sql "CREATE DATABASE $building OWNER $(role_of "$version") TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' IS_TEMPLATE true" >/dev/null
  local log="$cache/$template.log"
  if ! driver_odoo "$version" -d "$building" -i "$modules" --without-demo=all --no-http --stop-after-init >"$log" 2>&1 </dev/null; then
    tail -n 20 "$log" >&2
    give_up_building "$version" "$modules" "$building" "$log"
  fi
  # Odoo only warns about a module that it does not have.
  if grep -E 'invalid module names|not installable' "$log" >&2; then
    give_up_building "$version" "$modules" "$building" "$log"
  fi
  make_key "$version" "$building"
  mv "$(key_file "$building")" "$(key_file "$template")"
  driver_copy_files "$version" "$building" "$template"
  driver_remove_files "$version" "$building"
  # Closed to connections: a single one would keep it from being copied.
  sql "ALTER DATABASE $building ALLOW_CONNECTIONS false" >/dev/null
  sql "ALTER DATABASE $building RENAME TO $template" >/dev/null
}

# PostgreSQL refuses to drop a template.
drop_building() {
  [[ -n "$(database_row "$1")" ]] || return 0
  sql "ALTER DATABASE $1 IS_TEMPLATE false" >/dev/null
  sql "DROP DATABASE $1 WITH (FORCE)" >/dev/null
}

give_up_building() {
  drop_building "$3"
  driver_remove_files "$1" "$3"
  fail "Odoo $1 could not install $2; the log is $4"
}

renew_template_key() {
  say "the API key in $2 is about to expire: making another"
  sql "ALTER DATABASE $2 ALLOW_CONNECTIONS true" >/dev/null
  make_key "$1" "$2"
  sql "ALTER DATABASE $2 ALLOW_CONNECTIONS false" >/dev/null
}

# --- API keys ---------------------------------------------------------------
# A key file holds the key and the second it expires, on two lines.

key_file() { printf '%s/keys/database-%s' "$cache" "$1"; }

key_is_good() {
  local file expires
  file="$(key_file "$1")"
  [[ -s "$file" ]] || return 1
  expires="$(sed -n 2p "$file")"
  ((expires > $(date +%s) + 2 * 86400))
}

# Odoo 19 allows three months at most; in 14 a key never expires.
key_script() {
  case "$1" in
    19)
      cat <<'PYTHON'
import datetime
expires = datetime.datetime.now() + datetime.timedelta(days=85)
key = env['res.users.apikeys'].with_user(2).sudo()._generate('rpc', 'waybill tests', expires)
PYTHON
      ;;
    14) printf "%s\n" "key = env['res.users.apikeys'].with_user(2)._generate('rpc', 'waybill tests')" ;;
  esac
  printf 'env.cr.commit()\nprint("waybill-key=" + key)\n'
}

make_key() {
  local version="$1" database="$2" output key file log="$cache/key-$2.log"
  output="$(key_script "$version" | driver_odoo "$version" shell -d "$database" --no-http 2>"$log")" ||
    fail "no API key could be made; the log is $log"
  [[ "$output" =~ waybill-key=([0-9a-f]+) ]] || fail "no API key could be made; the log is $log"
  key="${BASH_REMATCH[1]}"
  file="$(key_file "$database")"
  (umask 077 && printf '%s\n%s\n' "$key" $(($(date +%s) + 85 * 86400)) >"$file")
}

# --- databases --------------------------------------------------------------

fresh_database() {
  local version="$1" database="$2" modules="$3" template
  template="$(template_name "$version" "$modules")"
  template_is_ready "$template" || with_lock "$template" ensure_template "$version" "$modules" "$template"
  with_lock "database-$database" copy_template "$version" "$template" "$database"
}

copy_template() {
  local version="$1" template="$2" database="$3"
  drop_database "$version" "$database"
  # Files are copied as they are: through the log, as PostgreSQL would, takes twice the work.
  sql "CREATE DATABASE $database OWNER $(role_of "$version") TEMPLATE $template STRATEGY file_copy" >/dev/null
  driver_copy_files "$version" "$template" "$database"
  cp -p "$(key_file "$template")" "$(key_file "$database")"
  sql "$(identity_sql "$version")" "$database" >/dev/null
}

# Two databases must not pass for one: each gets its own uuid, as when Odoo
# duplicates one. And workers keep a model registry per database *name* and
# reload it when a counter in the database differs, so a database that takes
# the place of another must not by chance have its counter.
identity_sql() {
  local counter=$((RANDOM * 32768 + RANDOM + 1000))
  printf "UPDATE ir_config_parameter SET value = gen_random_uuid()::text WHERE key IN ('database.uuid', 'database.secret');"
  case "$1" in
    19) printf "INSERT INTO orm_signaling_registry (id) VALUES (%s); SELECT setval('orm_signaling_registry_id_seq', %s)" "$counter" "$counter" ;;
    14) printf "SELECT setval('base_registry_signaling', %s)" "$counter" ;;
  esac
}

drop_database() {
  local version="$1" database="$2" row
  row="$(database_row "$database")"
  [[ -n "$row" ]] || return 0
  [[ "${row%|*}" == "$(role_of "$version")" ]] || fail "$database belongs to ${row%|*}, not to Odoo $version: take another name, or drop it there first"
  sql "DROP DATABASE IF EXISTS $database WITH (FORCE)" >/dev/null
  driver_remove_files "$version" "$database"
  rm -f "$(key_file "$database")"
}

ensure_default_database() {
  local version="$1" database
  database="$(default_database "$version")"
  if [[ -z "$(database_row "$database")" ]]; then
    fresh_database "$version" "$database" "$(default_modules "$version")"
  elif ! key_is_good "$database"; then
    with_lock "database-$database" make_key "$version" "$database"
  fi
}

databases_of() {
  sql "SELECT datname FROM pg_database WHERE pg_get_userbyid(datdba) = '$(role_of "$1")' AND NOT datistemplate AND datname NOT LIKE 'building%' ORDER BY 1"
}

# --- reports ----------------------------------------------------------------

server_url() { printf 'http://127.0.0.1:%s' "$(port_of "http-$1")"; }

database_url() {
  printf 'postgres://%s:%s@127.0.0.1:%s/%s' "$(role_of "$1")" "$(secret "role-$1")" "$(port_of postgres)" "$2"
}

report_database() {
  local version="$1" database="$2" key release
  key="$(sed -n 1p "$(key_file "$database")")"
  release="$(server_version "$(port_of "http-$version")")" || fail "Odoo $version does not answer; see scripts/odoo logs $version"
  if [[ "$json" == yes ]]; then
    printf '{"url":%s,"db":%s,"login":"admin","password":"admin","apiKey":%s,"version":%s,"databaseUrl":%s}\n' \
      "$(json_string "$(server_url "$version")")" "$(json_string "$database")" "$(json_string "$key")" \
      "$(json_string "$release")" "$(json_string "$(database_url "$version" "$database")")"
  else
    printf 'Odoo       %s at %s\n' "$release" "$(server_url "$version")"
    printf 'Database   %s\n' "$database"
    printf 'Login      admin, password admin\n'
    printf 'API key    first line of %s\n' "$(key_file "$database")"
  fi
}

report_status() {
  local version separator='' postgres=false
  if driver_postgres_running; then postgres=true; fi
  if [[ "$json" == yes ]]; then
    printf '{"driver":%s,"cache":%s,"postgres":%s,"servers":{' "$(json_string "$driver")" "$(json_string "$cache")" "$postgres"
    for version in 19 14; do
      printf '%s"%s":%s' "$separator" "$version" "$(server_status_json "$version" "$postgres")"
      separator=,
    done
    printf '}}\n'
  else
    printf 'Driver %s, cache %s\n' "$driver" "$cache"
    for version in 19 14; do server_status_text "$version" "$postgres"; done
  fi
}

server_status_json() {
  local version="$1" running=false databases=''
  if driver_server_running "$version"; then running=true; fi
  [[ "$2" == false ]] || databases="$(databases_of "$version")"
  # shellcheck disable=SC2086 # names have no spaces: check_database_name
  printf '{"running":%s,"url":%s,"databases":[%s]}' "$running" "$(json_string "$(server_url "$version")")" "$(join_json $databases)"
}

server_status_text() {
  local version="$1" state='not running' databases=''
  if driver_server_running "$version"; then state="running at $(server_url "$version")"; fi
  [[ "$2" == false ]] || databases="$(databases_of "$version" | tr '\n' ' ')"
  printf 'Odoo %s  %s; databases: %s\n' "$version" "$state" "${databases:-none known}"
}

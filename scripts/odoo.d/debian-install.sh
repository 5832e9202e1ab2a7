# shellcheck shell=bash disable=SC2154,SC2034 # variables shared between the parts
# What the Debian driver needs on the machine, and how it gets it.

readonly KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# What Odoo 19 imports, as Debian 12 names it. `lxml-html-clean` does not exist
# there and is not needed: lxml 4.9 still has it inside.
readonly ODOO_19_MODULES='asn1crypto babel cbor2 chardet cryptography dateutil docutils freezegun geoip2 gevent
  greenlet idna jinja2 libsass lxml magic markupsafe num2words ofxparse openpyxl openssl passlib pil polib psutil
  psycopg2 pypdf pypdf2 qrcode reportlab requests rjsmin serial stdnum tz urllib3 usb vobject werkzeug xlrd
  xlsxwriter xlwt zeep'

# --- packages of the machine's own release ----------------------------------

is_installed() { [[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" == installed ]]; }

ensure_packages() {
  local package missing=()
  for package in "$@"; do
    if ! is_installed "$package"; then missing+=("$package"); fi
  done
  ((${#missing[@]})) || return 0
  if ((EUID != 0)); then
    fail_missing "Debian packages: ${missing[*]}" "as root: apt-get install --no-install-recommends ${missing[*]}"
  fi
  say "installing ${missing[*]}"
  with_lock apt apt_install "${missing[@]}"
}

apt_install() {
  local log="$cache/apt.log" try
  for try in 1 2; do
    if DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold "$@" >"$log" 2>&1 </dev/null; then
      return
    fi
    # The package lists may be missing, as in most container images, or old.
    if ((try == 1)); then apt-get update >>"$log" 2>&1 || true; fi
  done
  tail -n 5 "$log" >&2
  fail_missing "Debian packages: $*" "see $log, then: apt-get update && apt-get install --no-install-recommends $*"
}

# Debian's packaging makes and starts a cluster of its own unless told not to.
ensure_postgres_installed() {
  [[ -z "$(postgres_bin)" ]] || return 0
  local file=/etc/postgresql-common/createcluster.conf ours=no
  if ((EUID == 0)) && [[ ! -e "$file" ]]; then
    mkdir -p "${file%/*}"
    printf 'create_main_cluster = false\n' >"$file"
    ours=yes
  fi
  ensure_packages postgresql
  # Whoever wants a cluster later should get what Debian does by itself.
  if [[ "$ours" == yes ]]; then sed -i 's/^create_main_cluster = false/#create_main_cluster = true/' "$file"; fi
}

# --- the mirror -------------------------------------------------------------

# The address this machine takes Debian from, whatever it is. Reads both styles
# of apt sources; `debian-security` has other suites and is no use here.
debian_mirror() {
  local codename
  codename="$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)"
  {
    one_line_sources
    deb822_sources
  } | awk -v codename="$codename" '
    ($2 == codename || $2 == "stable") && $1 !~ /security/ && $1 ~ /^(https?|file|copy):/ { print $1; exit }'
}

# Both print `<address> <suite>` a line.
one_line_sources() {
  cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
    sed -n 's/^[[:space:]]*deb[[:space:]]\{1,\}\(\[[^]]*\][[:space:]]*\)\{0,1\}//p' |
    awk '{ print $1, $2 }'
}

deb822_sources() {
  local file
  for file in /etc/apt/sources.list.d/*.sources; do
    [[ -f "$file" ]] || continue
    awk 'BEGIN { RS = ""; FS = "\n" }
      {
        split("", field); name = ""
        for (i = 1; i <= NF; i++) {
          if ($i ~ /^#/) continue
          if ($i ~ /^[ \t]/) { field[name] = field[name] " " $i; continue }
          name = tolower($i); sub(/:.*/, "", name)
          value = $i; sub(/^[^:]*:/, "", value); field[name] = value
        }
        if (tolower(field["enabled"]) ~ /no/) next
        if (field["types"] !~ /(^|[ \t])deb([ \t]|$)/) next
        n = split(field["uris"], address, /[ \t]+/); m = split(field["suites"], suite, /[ \t]+/)
        for (i = 1; i <= n; i++) for (j = 1; j <= m; j++)
          if (address[i] != "" && suite[j] != "") print address[i], suite[j]
      }' "$file"
  done
}

require_mirror() {
  mirror="$(debian_mirror)"
  [[ -n "$mirror" ]] || fail_missing "a Debian mirror in this machine's apt sources" \
    "add one for its own release to /etc/apt/sources.list, or use Docker: WAYBILL_ODOO_DRIVER=docker"
  [[ -f "$KEYRING" ]] || ensure_packages debian-archive-keyring
}

# --- Odoo 19 ----------------------------------------------------------------

ensure_odoo_19() {
  require_python
  # shellcheck disable=SC2046,SC2086 # one word per package
  ensure_packages $(printf 'python3-%s ' $ODOO_19_MODULES)
  [[ -d "$cache/19/app" ]] || unpack_odoo_19
}

# Odoo 19 runs on 3.10 to 3.13. Python 3.14 changed what it relies on.
require_python() {
  /usr/bin/python3 -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null ||
    fail_missing 'Python 3.10 to 3.13 at /usr/bin/python3' 'use Debian 12, or Docker: WAYBILL_ODOO_DRIVER=docker'
}

# apt checks sid's signature, but in a state of its own: the system never knows
# of sid. Its Release file may be past its date on a mirror that is a snapshot.
sid_apt() {
  apt-get -q -o "Dir::State::Lists=$cache/19/apt/lists" -o "Dir::Etc::sourcelist=$cache/19/apt/sources.list" \
    -o Dir::Etc::sourceparts=- -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= \
    -o Acquire::Check-Valid-Until=false "$@"
}

unpack_odoo_19() {
  local mirror log="$cache/19/install.log"
  require_mirror
  mkdir -p "$cache/19/apt/lists/partial"
  printf 'deb [signed-by=%s] %s sid main\n' "$KEYRING" "$mirror" >"$cache/19/apt/sources.list"
  say "fetching Odoo 19 (120 MB) from $mirror"
  if ! (cd "$cache/19/apt" && sid_apt update && sid_apt download odoo-19) >"$log" 2>&1; then
    tail -n 5 "$log" >&2
    fail_missing "the package odoo-19 of Debian sid at $mirror" "see $log; or use Docker: WAYBILL_ODOO_DRIVER=docker"
  fi
  rm -rf "$cache/19/app.part"
  dpkg -x "$cache"/19/apt/odoo-19_*.deb "$cache/19/app.part"
  mv "$cache/19/app.part" "$cache/19/app"
  rm -rf "$cache/19/apt"
}

# --- Odoo 14 ----------------------------------------------------------------

ensure_odoo_14() {
  ((EUID == 0)) || fail_missing 'root, which a chroot for Odoo 14 needs' 'run as root, or use Docker: WAYBILL_ODOO_DRIVER=docker'
  [[ -d "$cache/14/root" ]] || build_chroot
}

build_chroot() {
  local mirror part="$cache/14/root.part" log="$cache/14/install.log"
  require_mirror
  ensure_packages debootstrap
  mkdir -p "$cache/14"
  if mounted "$part/proc"; then umount "$part/proc"; fi
  rm -rf "$part"
  say "making a Debian 11 for Odoo 14 from $mirror (about three minutes)"
  if ! fill_chroot "$part" "$mirror" >"$log" 2>&1; then
    if mounted "$part/proc"; then umount "$part/proc"; fi
    tail -n 5 "$log" >&2
    fail_missing "Debian 11 (bullseye) with odoo-14 at $mirror" "see $log; or use Docker: WAYBILL_ODOO_DRIVER=docker"
  fi
  umount "$part/proc"
  mv "$part" "$cache/14/root"
}

# Chained with &&: `set -e` is off inside an `if`.
fill_chroot() {
  local root="$1" mirror="$2"
  debootstrap --variant=minbase "--keyring=$KEYRING" bullseye "$root" "$mirror" &&
    printf '#!/bin/sh\n# No service may start in here.\nexit 101\n' >"$root/usr/sbin/policy-rc.d" &&
    chmod 755 "$root/usr/sbin/policy-rc.d" &&
    # This machine's proxy and the like, which inside apply as well.
    { apt-config dump | grep '^Acquire::' >"$root/etc/apt/apt.conf.d/80machine" || true; } &&
    { cp /etc/hosts /etc/resolv.conf "$root/etc/" || true; } &&
    mount -t proc proc "$root/proc" &&
    chroot_apt "$root" update &&
    chroot_apt "$root" install -y --no-install-recommends odoo-14 &&
    chroot_apt "$root" clean
}

chroot_apt() {
  local root="$1"
  shift
  DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 chroot "$root" apt-get -q -o Acquire::Check-Valid-Until=false "$@" </dev/null
}

mounted() { grep -qsF " $1 " /proc/self/mounts; }

# Odoo reads its own memory use from /proc and stops without it.
mount_proc() {
  if mounted "$cache/14/root/proc"; then return; fi
  mount -t proc proc "$cache/14/root/proc" ||
    fail_missing 'the right to mount /proc in the chroot of Odoo 14' 'run with CAP_SYS_ADMIN, or use Docker: WAYBILL_ODOO_DRIVER=docker'
}

unmount_proc() {
  if mounted "$cache/14/root/proc"; then umount "$cache/14/root/proc" || true; fi
}

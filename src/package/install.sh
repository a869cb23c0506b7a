#!/bin/sh
# Installs this package to /opt/skiff, or takes it away again. Both can be done as often as you like.
#
#   ./install.sh               copies it to /opt/skiff, and makes /usr/local/bin/skiff, bash's completion, the systemd units
#                              and what belongs to them, and /etc/skiff/skiff.toml unless there is one
#   ./install.sh --uninstall   removes all of that; a changed /etc/skiff/skiff.toml stays, and so does the user skiff
#
# With DESTDIR=DIR everything goes below DIR, and nothing is started or reloaded. Exit codes: 0 done, 1 failed, 2 usage.
set -eu
umask 022 # Whatever root's is: the user skiff reads /etc/skiff at a reload, and others start /opt/skiff.

home=/opt/skiff
root=${DESTDIR:-}
from=$(cd -- "$(dirname -- "$0")" && pwd -P)
listed=$root$home/installed-files # what lies outside of /opt/skiff
link=/usr/local/bin/skiff

say() { printf 'install.sh: %s\n' "$*"; }
fail() { printf 'install.sh: %s\n' "$*" >&2; exit 1; }
usage() { sed -n '2,/^set -eu/{/^set -eu/d;s/^# \{0,1\}//;p}' "$0"; }

# is_ours: whether the link is the one that is made here.
is_ours() { [ "$(readlink -- "$root$link")" = "$home/bin/skiff" ]; }

# put MODE FILE DIRECTORY [NAME]: copies a file and notes it.
put() {
  mkdir -p -- "$root$3"
  install -m "$1" -- "$2" "$root$3/${4:-$(basename -- "$2")}"
  printf '%s\n' "$3/${4:-$(basename -- "$2")}" >>"$listed.new"
}

# put_all DIRECTORY FILE...: those of the files that there are.
put_all() {
  _to=$1
  shift
  for _file; do
    [ ! -e "$_file" ] || put 644 "$_file" "$_to"
  done
}

install_all() {
  [ -x "$from/lib/java/bin/java" ] || fail "$from is no unpacked package of Skiff's: there is no lib/java in it"
  [ "$from" != "$root$home" ] || fail "$home is what is installed: run install.sh of the package that you have unpacked"
  if ! mkdir -p -- "$root/opt" 2>/dev/null || [ ! -w "$root/opt" ]; then
    fail "$root/opt is not yours to write to: run it as root, or with DESTDIR"
  fi
  if [ -e "$root$link" ] || [ -L "$root$link" ]; then
    is_ours || fail "$root$link is there and is not this package's: remove it first"
  fi
  # Beside it first: a daemon that runs keeps the files that it has open, and a copy that fails changes nothing.
  rm -rf -- "$root$home.new"
  cp -a -- "$from" "$root$home.new"
  [ "$(id -u)" -ne 0 ] || chown -R 0:0 "$root$home.new"
  if [ -e "$listed" ]; then cp -- "$listed" "$root$home.new/"; fi
  rm -rf -- "$root$home"
  mv -- "$root$home.new" "$root$home"
  : >"$listed.new"

  mkdir -p -- "$root/usr/local/bin"
  ln -sfn "$home/bin/skiff" "$root$link"
  echo "$link" >>"$listed.new"
  put 644 "$from/share/completion/skiff.bash" /usr/local/share/bash-completion/completions skiff
  put_all /usr/local/lib/systemd/system "$from"/share/native-config/systemd/*.service
  put_all /usr/local/lib/sysusers.d "$from"/share/native-config/sysusers/*.conf
  put_all /usr/local/lib/tmpfiles.d "$from"/share/native-config/tmpfiles/*.conf
  put_all /etc/udev/rules.d "$from"/share/native-config/udev/*.rules
  config=$from/share/native-config/skiff.toml
  if [ -e "$config" ]; then
    [ -e "$root/etc/skiff/skiff.toml" ] || put 644 "$config" /etc/skiff
  fi
  remove_listed_but_not_in "$listed.new" # by a version that had more
  mv -- "$listed.new" "$listed"
  tell_systemd
  say "installed: $root$home; try: skiff --help"
}

# remove_listed_but_not_in FILE: what an earlier installation put there.
remove_listed_but_not_in() {
  [ -e "$listed" ] || return 0
  while IFS= read -r file; do
    case $file in
      /etc/skiff/skiff.toml) continue ;;
    esac
    grep -qxF -- "$file" "$1" || remove "$file"
  done <"$listed"
}

# remove FILE: and the directories that are empty then.
remove() {
  rm -f -- "$root$1"
  _dir=${1%/*}
  while [ -n "$_dir" ] && rmdir -- "$root$_dir" 2>/dev/null; do
    _dir=${_dir%/*}
  done
}

uninstall() {
  if [ ! -e "$root$home" ]; then
    say "nothing is installed in $root$home"
    return
  fi
  [ -w "$root/opt" ] || fail "$root/opt is not yours to write to: run it as root"
  if systemd_runs; then
    running=$(systemctl list-units --state=active,activating,reloading --plain --no-legend 'skiff*.service' | cut -d ' ' -f 1 | tr '\n' ' ')
    [ -z "$running" ] || fail "a service runs: systemctl disable --now ${running% }"
  fi
  config=$root/etc/skiff/skiff.toml
  if [ -e "$config" ]; then
    if cmp -s -- "$config" "$root$home/share/native-config/skiff.toml"; then
      remove /etc/skiff/skiff.toml
    else
      say "$config was changed and stays: rm -r $root/etc/skiff"
    fi
  fi
  if [ -e "$listed" ]; then
    while IFS= read -r file; do
      case $file in
        /etc/skiff/skiff.toml) continue ;;
        "$link") is_ours || continue ;;
      esac
      remove "$file"
    done <"$listed"
  fi
  # The whole of this script has been read by now, wherever it lies.
  rm -rf -- "$root$home" "$root$home.new"
  rmdir -- "$root/opt" 2>/dev/null || true
  tell_systemd
  say "removed: $root$home"
}

systemd_runs() { [ -z "$root" ] && [ -d /run/systemd/system ]; }

# Units, users and directories, where systemd runs; else nobody needs to know.
tell_systemd() {
  systemd_runs || return 0
  systemd-sysusers || say 'systemd-sysusers failed: the user skiff may be missing'
  systemd-tmpfiles --create || say 'systemd-tmpfiles failed: run it again by hand'
  systemctl daemon-reload || say 'systemctl daemon-reload failed: run it again by hand'
}

case ${1:-} in
  '') install_all ;;
  --uninstall) uninstall ;;
  -h | --help) usage ;;
  *) printf 'install.sh: unknown argument %s; see ./install.sh --help\n' "$1" >&2; exit 2 ;;
esac
exit

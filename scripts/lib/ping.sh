# shellcheck shell=bash
# shellcheck disable=SC2154 # root comes from outside
# The system's ping, or one borrowed from Debian's archive without installing it. Sourced; $root is the checkout.

# find_ping: sets the array $ping_cmd. Where no ping is on PATH, Debian's package is fetched and unpacked (not
# installed: no root needed, nothing elsewhere is written) into target/tools.
find_ping() {
  local dir=$root/target/tools name=${0##*/}
  # (bash's type -P settles for a file that cannot be run if it finds nothing better.)
  if [[ -x $(type -P ping) ]]; then
    ping_cmd=(ping)
    return 0
  fi
  if _unpacked_ping "$dir"; then
    return 0
  fi
  if type -P apt-get >/dev/null && type -P dpkg-deb >/dev/null && mkdir -p "$dir" 2>/dev/null && [[ -w $dir ]]; then
    printf '%s: no ping on this machine: taking one from the package iputils-ping, unpacked in %s, not installed\n' "$name" "${dir#"$root/"}" >&2
    if _fetch_ping "$dir" && _unpacked_ping "$dir"; then
      return 0
    fi
  fi
  printf '%s: there is no ping on this machine and none could be fetched: apt-get install iputils-ping\n' "$name" >&2
  return 1
}

# The unpacked ping, if it is there and starts.
_unpacked_ping() {
  local ping
  for ping in "$1"/root/bin/ping "$1"/root/usr/bin/ping; do
    if [[ -x $ping ]]; then
      ping_cmd=(env "LD_LIBRARY_PATH=$(_unpacked_libs "$1")" "$ping")
      ! "${ping_cmd[@]}" -V >/dev/null 2>&1 || return 0
    fi
  done
  return 1
}

_unpacked_libs() {
  local found=() lib
  for lib in "$1"/root/lib/*-linux-gnu* "$1"/root/usr/lib/*-linux-gnu*; do
    [[ ! -d $lib ]] || found+=("$lib")
  done
  (IFS=:; printf '%s' "${found[*]}")
}

# The whole fetch in a subshell with a log: its output matters only to who looks for the reason.
_fetch_ping() (
  dir=$(cd -- "$1" && pwd -P)
  cd -- "$dir" || exit 1
  exec >"$dir/fetch.log" 2>&1 </dev/null
  apt_get() {
    # A state and a cache of our own: an ordinary user may do this, and /var stays as it is.
    apt-get -o Dir::State="$dir/apt/state" -o Dir::State::status=/var/lib/dpkg/status -o Dir::State::lists="$lists" \
      -o Dir::Cache="$dir/apt/cache" -o Dir::Log=/dev/null -o APT::Sandbox::User="$(id -un)" -o Acquire::Retries=2 "$@"
  }
  fetch() {
    local deb
    rm -f -- ./"$1"_*.deb
    # The machine's own package lists first; where they are missing or too old, fresh ones of our own.
    if ! apt_get -y download "$1"; then
      lists=$dir/apt/state/lists
      # One broken source among several is no reason to stop: the download shows whether the right one answered.
      if [[ ! -d $lists ]]; then
        mkdir -p "$lists/partial"
        apt_get update || true
      fi
      apt_get -y download "$1" || return 1
    fi
    for deb in ./"$1"_*.deb; do
      dpkg-deb -x "$deb" root && rm -f -- "$deb"
    done
  }
  rm -rf root apt && mkdir -p apt/state apt/cache/archives/partial || exit 1
  lists=/var/lib/apt/lists
  fetch iputils-ping || exit 1
  # The libraries this machine lacks. Debian names a library's package after its soname: libidn2.so.0 -> libidn2-0.
  for _ in 1 2 3 4; do
    mapfile -t missing < <(LD_LIBRARY_PATH=$(_unpacked_libs "$dir") ldd root/bin/ping root/usr/bin/ping 2>/dev/null | awk '/not found/ {print $1}' | sort -u)
    ((${#missing[@]} > 0)) || break
    for soname in "${missing[@]}"; do
      [[ $soname =~ ^(.*)\.so\.([0-9]+)$ ]] || exit 1
      library=${BASH_REMATCH[1]} version=${BASH_REMATCH[2]}
      [[ $library != *[0-9] ]] || library+=-
      fetch "$library$version" || exit 1
    done
  done
  rm -rf apt
)

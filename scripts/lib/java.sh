# shellcheck shell=bash
# shellcheck disable=SC2034 # what the functions find is for their callers
# Finding a Java. Sourced by the scripts; nothing here starts a process unless a `release` file is missing.

# java_major HOME: the feature release of the Java in HOME, in $java_major_found; fails if there is none.
java_major() {
  local home=$1 line
  java_major_found=
  [[ -x $home/bin/java ]] || return 1
  if [[ -r $home/release ]]; then
    while IFS= read -r line || [[ -n $line ]]; do
      if [[ $line =~ ^JAVA_VERSION=\"?([0-9]+) ]]; then
        java_major_found=${BASH_REMATCH[1]}
        return 0
      fi
    done <"$home/release"
  fi
  # A packager who left the release file out: ask the program, at the price of starting it.
  line=$("$home/bin/java" -version 2>&1) || return 1
  [[ $line =~ version\ \"([0-9]+) ]] || return 1
  java_major_found=${BASH_REMATCH[1]}
}

# find_java MIN MAX [TOOL]: sets $java_home to a Java whose feature release lies between MIN and MAX and which has
# bin/TOOL (default java; javac asks for a JDK). JAVA_HOME wins if it is one; otherwise the oldest that fits, so that
# what is run is what was tested. Fails if there is none.
find_java() {
  local min=$1 max=$2 tool=${3:-java} best='' home path_java glob_was=off
  java_home=
  _java_fits() {
    [[ -x $1/bin/$tool ]] && java_major "$1" && ((java_major_found >= min && java_major_found <= max))
  }
  if [[ -n ${JAVA_HOME:-} ]] && _java_fits "${JAVA_HOME%/}"; then
    java_home=${JAVA_HOME%/}
    return 0
  fi
  ! shopt -q nullglob || glob_was=on
  shopt -s nullglob
  local homes=(/usr/lib/jvm/* /opt/java/* /usr/java/* /usr/local/java/* /opt/*jdk* /opt/*jre*)
  if [[ -n ${HOME:-} ]]; then
    homes+=("$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* "$HOME"/.local/share/mise/installs/java/* "$HOME"/.asdf/installs/java/*)
  fi
  [[ $glob_was == on ]] || shopt -u nullglob
  for home in "${homes[@]}"; do
    if _java_fits "$home" && [[ -z $best || $java_major_found -lt $best ]]; then
      best=$java_major_found
      java_home=$home
      ((best > min)) || return 0
    fi
  done
  [[ -z $best ]] || return 0
  if path_java=$(type -P java); then
    home=$(readlink -f -- "$path_java") && home=${home%/bin/java}
    if [[ ! -x $home/bin/java || ! -e $home/lib/modules ]]; then
      # A shim of a version manager rather than the program: it knows where it leads to.
      home=$("$path_java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p') || return 1
    fi
    if [[ -n $home ]] && _java_fits "$home"; then
      java_home=$home
      return 0
    fi
  fi
  return 1
}

# no_java WHAT: the one line for when find_java failed.
no_java() {
  local was=''
  if [[ -n ${JAVA_HOME:-} ]]; then
    was=" (JAVA_HOME=$JAVA_HOME is not one)"
  fi
  printf '%s: no %s found%s: install one (Temurin, or your distribution'\''s openjdk-25) and set JAVA_HOME to it\n' "${0##*/}" "$1" "$was" >&2
}

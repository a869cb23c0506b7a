# shellcheck shell=sh
# Becoming the JVM. Sourced by every launcher: scripts/skiff, the package's bin/skiff and the image's; a POSIX shell will do.

# launch JAVA OPTIONS JAR FLAGS ARG...: execs the program JAVA with the argument file OPTIONS and, for all but "run", the file
# jvm-command.options beside it, then FLAGS, one a line, and $SKIFF_JVM_OPTIONS, split at blanks, then -jar JAR ARG... The
# pid, the signals and the exit code are Skiff's own.
launch() {
  _java=$1 _options=$2 _jar=$3 _flags=$4
  shift 4
  _confine='' _command=''
  if [ "${1:-}" = run ]; then confine; else _command=@${_options%/*}/jvm-command.options; fi
  set -f # Blanks split; nothing is a pattern.
  # shellcheck disable=SC2086
  set -- ${SKIFF_JVM_OPTIONS:-} -jar "$_jar" "$@"
  IFS='
'
  # shellcheck disable=SC2086
  set -- $_flags "$@"
  unset IFS
  # shellcheck disable=SC2086
  exec $_confine "$_java" "@$_options" ${_command:+"$_command"} "$@"
}

# confine: for root's daemon. Sets _confine to a setpriv before the JVM, which becomes it (the pid stays), so that neither
# the daemon nor what might ever be started from it can get more than it needs, whoever it is by then: no_new_privs and the
# bounding set are for life, and must be there before the JVM has threads. Without CAP_SETPCAP, or setpriv of util-linux
# (that of busybox knows no bounding set), there is none. Starts no process of its own: a start takes 3 ms longer.
#
#   net_admin          the TAP; the host's address, MTU and queue length
#   net_bind_service   --metrics on a port below 1024
#   setuid, setgid     to become nobody, or --user
#   chown              what is to be removed at the end is given to that user: the socket, /run/skiff
#   dac_override       /run/skiff is that user's by the next start; files named by --socket, --pcap, --pid-file are anybody's
#   sys_admin          --netns: setns(2)
#   sys_ptrace         --netns /proc/PID/ns/net of a process that has more capabilities than these, as most of root's do
confine() {
  _setpcap=
  [ -r /proc/self/status ] || return 0
  while read -r _key _value _more; do
    case $_key in
      Uid:) [ "${_more%%[!0-9]*}" = 0 ] || return 0 ;; # the effective one
      CapEff:)
        case $_value in *[13579bdf]??) _setpcap=1 ;; esac # bit 8
        break
        ;;
    esac
  done </proc/self/status
  # (A link leads to busybox.)
  [ -n "$_setpcap" ] && [ -x /usr/bin/setpriv ] && [ ! -L /usr/bin/setpriv ] || return 0
  _confine="/usr/bin/setpriv --no-new-privs --bounding-set -all,+net_admin,+net_bind_service,+setuid,+setgid,+chown,+dac_override,+sys_admin,+sys_ptrace"
}

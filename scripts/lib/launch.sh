# shellcheck shell=sh
# Becoming the JVM. Sourced by every launcher: scripts/skiff, the package's bin/skiff and the image's; a POSIX shell will do.

# launch JAVA OPTIONS JAR FLAGS ARG...: execs the program JAVA with the argument file OPTIONS, then FLAGS and
# $SKIFF_JVM_OPTIONS, both split at blanks, then -jar JAR ARG... The pid, the signals and the exit code are Skiff's own.
launch() {
  _java=$1 _options=$2 _jar=$3 _flags=$4
  shift 4
  set -f # Blanks split; nothing is a pattern.
  # shellcheck disable=SC2086
  exec "$_java" "@$_options" $_flags ${SKIFF_JVM_OPTIONS:-} -jar "$_jar" "$@"
}

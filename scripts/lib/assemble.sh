# shellcheck shell=sh
# What a Skiff that needs no JDK is made of: a runtime, a jar, an AOT cache. Sourced by scripts/package and, in the image's
# build, by docker/Dockerfile; a POSIX shell will do. Each function returns not 0 if it failed, with a line on stderr.

# put_runtime JDK MODULES JAR LIB: makes LIB/java, with the modules that the file MODULES names, which must be all that JAR needs.
put_runtime() {
  _modules=$(grep -v '^#' "$2" | tr '\n' ',') || return 1
  "$1/bin/jlink" --add-modules "${_modules%,}" --no-header-files --no-man-pages --compress zip-6 --output "$4/java" || return 1
  _needed=$("$1/bin/jdeps" --multi-release 25 --ignore-missing-deps --print-module-deps "$3") || return 1
  for _module in $(echo "$_needed" | tr , ' '); do
    grep -qx "$_module" "$2" || { echo "native-config/java.modules lacks $_module" >&2; return 1; }
  done
}

# put_jar JDK JAR RENEW LIB: makes LIB/skiff.jar, whose class files an AOT cache can hold (src/package/Renew.java is RENEW),
# and LIB/native, the library that JNR-FFI would unpack to /tmp.
put_jar() {
  case $(uname -m) in
    x86_64) _arch=x86_64 ;;
    *) _arch=aarch64 ;;
  esac
  "$1/bin/java" -XX:TieredStopAtLevel=1 -XX:-UsePerfData "$3" "$2" "$4/skiff.jar" || return 1
  mkdir -p "$4/native" "$4/unpacked" || return 1
  (cd "$4/unpacked" && "$1/bin/jar" -xf "$2" "jni/$_arch-Linux/libjffi-1.2.so") || return 1
  mv -- "$4/unpacked/jni/$_arch-Linux/libjffi-1.2.so" "$4/native/" || return 1
  chmod 644 "$4/native/libjffi-1.2.so" || return 1
  rm -r -- "$4/unpacked"
}

# train LIB [COMMAND ARG...] [-- ARG...]: records LIB/skiff.aot by a run of "skiff train ARG...", through COMMAND, with the
# flags that the launcher gives, which are part of its key.
train() {
  _lib=$1
  shift
  _through=
  while [ $# -gt 0 ] && [ "$1" != -- ]; do
    _through="$_through $1"
    shift
  done
  [ $# -eq 0 ] || shift
  # shellcheck disable=SC2086 # words without blanks
  (cd / && $_through "$_lib/java/bin/java" "@$_lib/jvm.options" "-XX:AOTCacheOutput=$_lib/skiff.aot" "-Xlog:aot*=off:stderr" \
    "-Djffi.boot.library.path=$_lib/native" -jar "$_lib/skiff.jar" train "$@") || return 1
  [ -s "$_lib/skiff.aot" ] || { echo 'the AOT cache was not recorded' >&2; return 1; }
}

# check_cache SKIFF: whether the launcher SKIFF takes its AOT cache, with the flags of "run" and with those of other commands;
# with AOTMode=on one that is not used is an error.
check_cache() {
  _version=$(SKIFF_JVM_OPTIONS=-XX:AOTMode=on "$1" --version) && [ "${_version#skiff }" != "$_version" ] &&
    SKIFF_JVM_OPTIONS=-XX:AOTMode=on "$1" run --help >/dev/null || { echo 'the AOT cache does not fit' >&2; return 1; }
}

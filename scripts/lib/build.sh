# shellcheck shell=bash
# shellcheck disable=SC2154 # root and java_home come from outside
# Building target/skiff.jar when it is missing or older than its sources. Sourced, after java.sh; $root is the checkout.

# jar_is_current: is there a jar, and nothing it is made of newer? (A deleted source changes its directory's time.)
jar_is_current() {
  [[ -r $root/target/skiff.jar ]] || return 1
  # A jar without its sources is taken as it is.
  [[ -d $root/src/main && -r $root/pom.xml ]] || return 0
  [[ -z $(find "$root/src/main" "$root/pom.xml" "$root/.mvn" -newer "$root/target/skiff.jar" -print -quit 2>/dev/null) ]]
}

# ensure_jar: builds quietly when needed; the log is shown only if that fails. Two at once wait for each other.
ensure_jar() {
  ! jar_is_current || return 0
  (
    if type -P flock >/dev/null; then
      exec 9<"$root/pom.xml"
      flock 9
      ! jar_is_current || exit 0
    fi
    build_jar 9<&-
  )
}

# maven_opts DIR: in $maven_opts, what Maven itself is started with on JDK 25: its temporary files go to DIR, where they
# are found again, and it says nothing of its own libraries' use of Unsafe and native code.
maven_opts() {
  maven_opts="${MAVEN_OPTS:-} -XX:-UsePerfData -Djava.io.tmpdir=$1 --sun-misc-unsafe-memory-access=allow"
  maven_opts+=' --enable-native-access=ALL-UNNAMED'
}

build_jar() {
  local name=${0##*/} began=$EPOCHREALTIME rc=0
  if [[ ! -x $(type -P mvn) ]]; then
    printf '%s: target/skiff.jar must be built, and there is no Maven: install one (Debian: apt-get install maven)\n' "$name" >&2
    return 1
  fi
  find_java 25 25 javac || { no_java 'JDK 25'; return 1; }
  if ! mkdir -p "$root/target" 2>/dev/null || [[ ! -w $root/target ]]; then
    printf '%s: target/skiff.jar must be built, and %s is not yours to write to: build as its owner, or in a clone of your own\n' "$name" "$root/target" >&2
    return 1
  fi
  printf '%s: building target/skiff.jar ...\n' "$name" >&2
  # The formatter is scripts/test's business: a line too long keeps nobody from a ping.
  # A jar that some daemon has open must not change under it; and what is left after a failure is no jar, not an old one.
  rm -f -- "$root/target/skiff.jar"
  mkdir -p "$root/target/build-tmp"
  maven_opts "$root/target/build-tmp"
  MAVEN_OPTS=$maven_opts JAVA_HOME=$java_home \
    mvn -B -ntp -q -Dstyle.color=never -f "$root/pom.xml" -Dmaven.test.skip=true -Dspotless.check.skip=true package \
    >"$root/target/build.log" 2>&1 </dev/null || rc=$?
  rm -rf -- "$root/target/build-tmp"
  if ((rc != 0)); then
    cat "$root/target/build.log" >&2
    printf '%s: the build failed; the log above is %s\n' "$name" "$root/target/build.log" >&2
    return 1
  fi
  # Maven may leave a jar alone whose contents did not change; it is as new as the sources it was checked against.
  touch -c -d "@${began/,/.}" "$root/target/skiff.jar"
  # What root built stays usable for who owns the checkout.
  ((EUID != 0)) || [[ -O $root ]] || chown -R --reference="$root" -- "$root/target"
}

package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Alone;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tarball that scripts/package makes: installed, run and removed where there is no Java. */
@Tag("netns")
class PackageIT {
  private static final Path HOME = SkiffProcess.HOME;
  private static final Path JAR = HOME.resolve("target/skiff.jar");

  /**
   * In mounts of its own: no JDK, no home, no checkout; what is installed is seen by nobody else.
   */
  private static final String BARE =
      """
      set -eu
      tarball=$1 dir=$2 home=$3
      mount -t tmpfs bare "$dir"
      cp -p "$tarball" "$dir/skiff.tar.gz"
      cp -a /etc "$dir/etc"
      for hidden in /usr/lib/jvm /opt /usr/local /root /run "$home"; do
        mkdir -p "$hidden"
        mount -t tmpfs -o mode=755 bare "$hidden"
      done
      mount --bind "$dir/etc" /etc
      unset JAVA_HOME
      export HOME=/root PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
      cd "$dir"
      ! java -version 2>/dev/null || { echo 'there is a Java'; exit 1; }
      inventory() { find /opt /usr/local /etc | sort; }
      say() { printf '== %s\\n' "$1"; }

      inventory >before
      tar -xzf skiff.tar.gz
      say install
      (umask 077; ./skiff-*/install.sh)
      ./skiff-*/install.sh
      rm -r skiff*
      say commands
      skiff --version
      setpriv --reuid 65534 --regid 65534 --clear-groups skiff --version
      setpriv --reuid 65534 --regid 65534 --clear-groups test -r /etc/skiff/skiff.toml
      SKIFF_JVM_OPTIONS=-XX:AOTMode=on skiff --version
      bash -n /usr/local/share/bash-completion/completions/skiff
      say run
      skiff run --tap skiff0 --ip 198.51.100.2/24 --host-ip 198.51.100.1/24 >out 2>err &
      pid=$!
      for i in $(seq 600); do ! grep -q answers out || break; sleep 0.05; done
      cat out err
      ping -c 3 -i 0.01 -q 198.51.100.2 | grep received
      grep -o 'skiff.aot\\|libjffi-1.2.so' /proc/$pid/maps | sort -u
      skiff status | head -n 1
      kill -TERM $pid
      wait $pid && echo 'ended with 0'
      say 'half a cache'
      truncate -s 1000000 /opt/skiff/lib/skiff.aot
      skiff --version 2>&1
      SKIFF_JVM_OPTIONS='-XX:AOTMode=on' skiff --version >/dev/null 2>&1 || echo 'no cache'
      say uninstall
      /opt/skiff/install.sh --uninstall
      inventory >after
      diff before after && echo 'nothing is left'
      """;

  @TempDir Path dir;

  private static Path tarball() throws IOException {
    try (Stream<Path> files = Files.list(HOME.resolve("target"))) {
      return files
          .filter(file -> file.getFileName().toString().matches("skiff-.*-linux-.*\\.tar\\.gz"))
          .findFirst()
          .orElse(HOME.resolve("target/no.tar.gz"));
    }
  }

  @BeforeAll
  static void makePackage() throws IOException {
    Path tarball = tarball();
    if (!Files.exists(tarball)
        || Files.getLastModifiedTime(tarball).compareTo(Files.getLastModifiedTime(JAR)) < 0) {
      Netns.Result made = Netns.Result.of(List.of(HOME.resolve("scripts/package").toString()));
      assertEquals(0, made.exitCode(), made.output());
    }
  }

  @Test
  void installsRunsAndGoesWhereThereIsNoJava() throws IOException {
    String version = version();
    try (Netns netns = new Netns()) {
      Netns.Result result =
          netns.run(
              "bash", "-c", BARE, "bash", tarball().toString(), dir.toString(), HOME.toString());
      String said = result.output();

      assertEquals(0, result.exitCode(), said);
      assertEquals(
          """
          == install
          install.sh: installed: /opt/skiff; try: skiff --help
          install.sh: installed: /opt/skiff; try: skiff --help
          == commands
          skiff VERSION
          skiff VERSION
          skiff VERSION
          == run
          skiff: skiff0 MAC answers as 198.51.100.2/24, the host is 198.51.100.1; try: ping 198.51.100.2
          3 packets transmitted, 3 received, 0% packet loss, time N
          libjffi-1.2.so
          skiff.aot
          skiff VERSION, pid N, up N s, faults 0
          ended with 0
          == half a cache
          skiff VERSION
          no cache
          == uninstall
          install.sh: removed: /opt/skiff
          nothing is left
          """,
          said.replace(version, "VERSION")
              .replaceAll("([0-9a-f]{2}:){5}[0-9a-f]{2}", "MAC")
              .replaceAll("time \\d+ms", "time N")
              .replaceAll("pid \\d+, up \\d+ s", "pid N, up N s"));
    }
  }

  private static String version() throws IOException {
    Matcher matcher =
        Pattern.compile("<version>(.*)</version>")
            .matcher(Files.readString(HOME.resolve("pom.xml")));
    assertTrue(matcher.find());
    return matcher.group(1);
  }

  /** Milliseconds depend on the machine and on who else is there: what is held is the ratio. */
  @Test
  @Alone
  void thePackageStartsFasterThanThePlainJar() {
    Netns.Result result =
        Netns.Result.of(List.of(HOME.resolve("scripts/start-time").toString(), "--rounds", "3"));
    String said = result.output();
    assertEquals(0, result.exitCode(), said);

    long plain = median(said, "plain jar");
    long packaged = median(said, "package");

    assertTrue(packaged * 10 < plain * 9, said);
  }

  private static long median(String said, String row) {
    Matcher matcher = Pattern.compile(row + " +(\\d+) \\[").matcher(said);
    assertTrue(matcher.find(), said);
    return Long.parseLong(matcher.group(1));
  }
}

package dev.skiff;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.callMethodWhere;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.skiff.skb.SkBuff;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Who may import whom, who may free a buffer, and what the data path must not do. */
class ArchitectureTest {
  private static final String ROOT = "dev.skiff";

  /** What a package may import directly; it may import all that these may, too. */
  private static final Map<String, List<String>> MAY_IMPORT =
      Map.ofEntries(
          Map.entry("stats", List.of()),
          Map.entry("text", List.of()),
          Map.entry("time", List.of()),
          Map.entry("log", List.of("text")),
          Map.entry("sys", List.of()),
          Map.entry("skb", List.of("stats")),
          Map.entry("header", List.of("skb")),
          Map.entry("wire", List.of("header", "text", "time", "sys")),
          Map.entry("dev", List.of("wire")),
          Map.entry("eth", List.of("dev")),
          Map.entry("neigh", List.of("eth")),
          Map.entry("ip", List.of("neigh", "text")),
          Map.entry("udp", List.of("ip")),
          Map.entry("igmp", List.of("ip")),
          Map.entry("loop", List.of("stats", "text", "time", "sys")),
          Map.entry("trace", List.of("ip")),
          Map.entry("stack", List.of("udp", "igmp", "loop")),
          Map.entry("", List.of("stack")),
          Map.entry("control", List.of("stack")),
          Map.entry("metrics", List.of("stack")),
          Map.entry("daemon", List.of("control", "metrics", "trace", "log")),
          Map.entry("config", List.of("daemon")),
          Map.entry("doctor", List.of("daemon")),
          Map.entry("cli", List.of("config", "doctor")),
          Map.entry("testcontainers", List.of()));

  private static final String[] DATA_PATH = {
    "dev.skiff.skb..",
    "dev.skiff.header..",
    "dev.skiff.wire..",
    "dev.skiff.dev..",
    "dev.skiff.eth..",
    "dev.skiff.neigh..",
    "dev.skiff.ip..",
    "dev.skiff.udp..",
    "dev.skiff.igmp.."
  };

  /** Where a buffer may end: deliverer, completion, copies, purged queues, holders that give up. */
  private static final Set<String> FREE_SITES =
      Set.of(
          "dev.skiff.dev.TopHalf",
          "dev.skiff.dev.BottomHalf",
          "dev.skiff.dev.Transmitter",
          "dev.skiff.dev.PacketTypes",
          "dev.skiff.skb.SkBuffQueue",
          "dev.skiff.neigh.NeighbourQueues",
          "dev.skiff.neigh.Arp",
          "dev.skiff.ip.IpOutput",
          "dev.skiff.ip.Fragmenter",
          "dev.skiff.ip.Reassembly");

  /** What reads the time of day: log, captures, ping's stamps, an IP option, the process's age. */
  private static final Set<String> STAMPING =
      Set.of(
          "dev.skiff.log.Log",
          "dev.skiff.daemon.RunningCapture",
          "dev.skiff.daemon.PingStream",
          "dev.skiff.daemon.Preload",
          "dev.skiff.metrics.ProcessFacts",
          "dev.skiff.time.TimeOfDay");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  @TestFactory
  Stream<DynamicTest> importsFollowTheArrows() {
    return MAY_IMPORT.keySet().stream()
        .sorted()
        .map(name -> DynamicTest.dynamicTest(named(name), () -> checkImports(name)));
  }

  private static void checkImports(String name) {
    Set<String> allowed = closure(name);
    List<String> forbidden =
        MAY_IMPORT.keySet().stream()
            .filter(other -> !allowed.contains(other))
            .map(ArchitectureTest::named)
            .toList();
    if (forbidden.isEmpty()) {
      return;
    }
    noClasses()
        .that()
        .resideInAPackage(named(name))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(forbidden.toArray(String[]::new))
        .check(CLASSES);
  }

  private static String named(String name) {
    return name.isEmpty() ? ROOT : ROOT + "." + name;
  }

  private static Set<String> closure(String name) {
    Set<String> all = new TreeSet<>(Set.of(name));
    for (String direct : MAY_IMPORT.getOrDefault(name, List.of())) {
      all.addAll(closure(direct));
    }
    return all;
  }

  @Test
  void everyPackageIsOnTheMap() {
    Set<String> unknown = new TreeSet<>();
    for (JavaClass type : CLASSES) {
      String name = type.getPackageName();
      String key = name.equals(ROOT) ? "" : name.substring(ROOT.length() + 1);
      if (!MAY_IMPORT.containsKey(key)) {
        unknown.add(name);
      }
    }
    assertTrue(unknown.isEmpty(), "packages without a line in MAY_IMPORT: " + unknown);
  }

  /** Its jar is without all the rest, and ours is without it. */
  @Test
  void theContainerForOthersStandsAlone() {
    noClasses()
        .that()
        .resideInAPackage("dev.skiff.testcontainers")
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.skiff..")
                .and(DescribedPredicate.not(resideInAPackage("dev.skiff.testcontainers"))))
        .check(CLASSES);
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.skiff.testcontainers")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.skiff.testcontainers..", "org.testcontainers..", "com.github.dockerjava..")
        .check(CLASSES);
  }

  @Test
  void onlySysImportsJnr() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.skiff.sys")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("jnr..", "com.kenai..")
        .check(CLASSES);
  }

  @Test
  void onlyTheStackPutsLayersTogether() {
    noClasses()
        .that()
        .resideOutsideOfPackages("dev.skiff.stack", "dev.skiff.neigh")
        .should()
        .callConstructorWhere(
            DescribedPredicate.describe(
                "of a layer",
                call ->
                    Set.of("Eth", "Arp", "Ipv4", "Icmp", "Udp", "NetDevices", "NeighbourTable")
                        .contains(call.getTargetOwner().getSimpleName())))
        .check(CLASSES);
  }

  @Test
  void buffersAreFreedInFewPlaces() {
    noClasses()
        .that(
            DescribedPredicate.describe(
                "are no free sites", type -> !FREE_SITES.contains(outermost(type))))
        .should(
            callMethodWhere(
                DescribedPredicate.<JavaMethodCall>describe(
                    "SkBuff.free",
                    call ->
                        call.getTargetOwner().isEquivalentTo(SkBuff.class)
                            && call.getName().equals("free"))))
        .check(CLASSES);
  }

  private static String outermost(JavaClass type) {
    return type.getName().replaceFirst("\\$.*", "");
  }

  /** L11. */
  @Test
  void theDataPathTakesNoLocks() {
    List<String> locks = new ArrayList<>();
    for (JavaClass type : CLASSES.that(resideInDataPath())) {
      type.getMethods().stream()
          .filter(method -> method.getModifiers().contains(JavaModifier.SYNCHRONIZED))
          .forEach(method -> locks.add(method.getFullName()));
    }
    assertTrue(locks.isEmpty(), "synchronized: " + locks);
    noClasses()
        .that()
        .resideInAnyPackage(DATA_PATH)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.util.concurrent.locks..")
        .check(CLASSES);
  }

  private static DescribedPredicate<JavaClass> resideInDataPath() {
    DescribedPredicate<JavaClass> any = resideInAPackage(DATA_PATH[0]);
    for (String name : DATA_PATH) {
      any = any.or(resideInAPackage(name));
    }
    return any;
  }

  @Test
  void protocolsOwnNoClock() {
    noClasses()
        .that()
        .resideInAnyPackage(DATA_PATH)
        .should()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .dependOnClassesThat()
        .belongToAnyOf(dev.skiff.time.Clock.class, java.util.Random.class)
        .check(CLASSES);
  }

  /** It jumps, when somebody sets it: what reads it stamps something, and waits for nothing. */
  @Test
  void theTimeOfDayOnlyStamps() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.skiff.cli")
        .and(
            new DescribedPredicate<JavaClass>("stamp nothing") {
              @Override
              public boolean test(JavaClass type) {
                return !STAMPING.contains(type.getName());
              }
            })
        .should()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(java.time.Instant.class, "now")
        .orShould()
        .callMethod(java.time.ZonedDateTime.class, "now", java.time.ZoneId.class)
        .orShould()
        .callConstructor(java.util.Date.class)
        .check(CLASSES);
  }

  @Test
  void nothingSleepsAndOnlyTheProgramPrints() {
    noClasses().should().callMethod(Thread.class, "sleep", long.class).check(CLASSES);
    noClasses()
        .that()
        .resideOutsideOfPackages("dev.skiff.cli", "dev.skiff.daemon")
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .check(CLASSES);
  }

  @Test
  void thePublicFaceDoesNotNeedTheRest() {
    noClasses()
        .that()
        .resideInAnyPackage(ROOT, "dev.skiff.stack..", "dev.skiff.loop..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.skiff.control..", "picocli..", "com.fasterxml..")
        .check(CLASSES);
  }

  @Test
  void everyPackageIsNullMarked() {
    List<String> unmarked = new ArrayList<>();
    for (JavaClass type : CLASSES) {
      if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
        unmarked.add(type.getPackageName());
      }
    }
    assertTrue(unmarked.isEmpty(), "without @NullMarked in package-info: " + unmarked);
  }

  @Test
  void noNamesThatSayNothing() {
    classes()
        .should()
        .haveSimpleNameNotEndingWith("Impl")
        .andShould()
        .haveSimpleNameNotEndingWith("Manager")
        .andShould()
        .haveSimpleNameNotEndingWith("Helper")
        .andShould()
        .haveSimpleNameNotEndingWith("Util")
        .check(CLASSES);
  }
}

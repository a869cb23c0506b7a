package dev.skiff.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Every number of the kernel's in dev.skiff.sys stands in native-config/abi, with its value. */
class AbiTest {
  /** Of our own choice. */
  private static final Set<String> OUR_OWN =
      Set.of(
          "Accounts.NOBODY",
          "BridgeIf.MOST_PORTS",
          "IoUring.MAX_ENTRIES",
          "NetIf.MOST_ADDRESSES",
          "PollSet.NS_PER_S",
          "RtLink.ANSWER_SIZE",
          "RtLink.MOST_DRAINED",
          "Sys.USUAL_ROWS",
          "TunProbe.RING",
          "TunTap.LEAST_SNDBUF",
          "TunTap.MAX_MTU",
          "TunTap.MAX_NAME");

  private static String here() {
    return System.getProperty("os.arch", "").equals("aarch64") ? "aarch64" : "x86_64";
  }

  /** Class.CONSTANT, and its value. */
  private static Map<String, Long> constants() throws ReflectiveOperationException {
    Map<String, Long> all = new TreeMap<>();
    for (JavaClass type :
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.skiff.sys")) {
      for (Field field : type.reflect().getDeclaredFields()) {
        String name = nameIn(type.reflect()) + "." + field.getName();
        if (isNumber(field)) {
          field.setAccessible(true);
          all.put(name, ((Number) field.get(null)).longValue());
        } else if (field.isEnumConstant()) {
          field.setAccessible(true);
          all.putAll(offsetOf(name, field.get(null)));
        }
      }
    }
    return all;
  }

  /** An enum of the fields of a structure keeps their offsets in a field called "at". */
  private static Map<String, Long> offsetOf(String name, Object constant)
      throws ReflectiveOperationException {
    for (Field field : constant.getClass().getDeclaredFields()) {
      if (field.getName().equals("at")) {
        field.setAccessible(true);
        return Map.of(name, field.getLong(constant));
      }
    }
    return Map.of();
  }

  private static boolean isNumber(Field field) {
    return Modifier.isStatic(field.getModifiers())
        && Modifier.isFinal(field.getModifiers())
        && field.getType().isPrimitive()
        && field.getType() != boolean.class
        && field.getType() != char.class
        && !field.isSynthetic();
  }

  private static String nameIn(Class<?> type) {
    return type.getName().substring(type.getPackageName().length() + 1).replace('$', '.');
  }

  @Test
  void everyNumberHasItsLineAndItsValue() throws Exception {
    Map<String, Long> ours = constants();
    ours.keySet().removeAll(OUR_OWN);
    Map<String, Long> told = new TreeMap<>();
    for (Abi.Line line : Abi.read(here()).lines()) {
      line.java().forEach(name -> told.merge(name, line.value(), (a, b) -> Long.MIN_VALUE));
    }

    assertEquals(told, ours, "native-config/abi against the constants of dev.skiff.sys");
  }

  @Test
  void ourOwnNumbersAreThere() throws Exception {
    assertTrue(constants().keySet().containsAll(OUR_OWN));
  }

  @Test
  void jnrConstantsKnowsTheSameFlags() throws IOException {
    Map<String, Long> lines = new TreeMap<>();
    Abi.read(here()).lines().forEach(line -> lines.put(line.c(), line.value()));

    for (jnr.constants.platform.OpenFlags flag :
        List.of(
            jnr.constants.platform.OpenFlags.O_RDONLY,
            jnr.constants.platform.OpenFlags.O_RDWR,
            jnr.constants.platform.OpenFlags.O_NONBLOCK,
            jnr.constants.platform.OpenFlags.O_CLOEXEC)) {
      assertEquals(lines.get(flag.name()), flag.longValue(), flag.name());
    }
  }

  /** All but one number are the same on both: the code has one constant for both. */
  @Test
  void theArchitecturesDifferInTheNumberOfMmapAlone() throws IOException {
    Abi x86 = Abi.read("x86_64");
    Abi arm = Abi.read("aarch64");
    List<String> different = new ArrayList<>();
    for (int i = 0; i < x86.lines().size(); i++) {
      if (!x86.lines().get(i).equals(arm.lines().get(i))) {
        different.add(x86.lines().get(i).c() + " " + arm.lines().get(i).c());
      }
    }

    assertEquals(x86.includes(), arm.includes());
    assertEquals(x86.lines().size(), arm.lines().size());
    assertEquals(List.of("__NR_mmap __NR_mmap"), different);
    assertEquals(IoUringSyscall.mmap("amd64"), x86.lines().getFirst().value());
    assertEquals(IoUringSyscall.mmap("aarch64"), arm.lines().getFirst().value());
  }
}

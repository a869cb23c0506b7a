package dev.skiff.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * {@code native-config/graalvm/reachability-metadata.json}: that it is of GraalVM's schema 1.2.0,
 * as far as it uses it, that what it names exists, and that it names all of a few kinds. Whether an
 * image can be built with it nobody has tried.
 */
class ReachabilityTest {
  private static final Set<String> FLAGS =
      Set.of(
          "allDeclaredConstructors",
          "allDeclaredMethods",
          "allDeclaredFields",
          "unsafeAllocated",
          "jniAccessible");
  private static final Set<String> MEMBERS = Set.of("reason", "type", "methods", "fields");

  private static Map<String, Object> file() throws IOException {
    return JSON.std.mapFrom(
        Files.readString(Path.of("native-config/graalvm/reachability-metadata.json")));
  }

  private static List<Map<String, Object>> objects(@Nullable Object list) {
    List<Map<String, Object>> all = new ArrayList<>();
    for (Object object : list(list)) {
      Map<String, Object> members = new java.util.LinkedHashMap<>();
      ((Map<?, ?>) object).forEach((name, value) -> members.put((String) name, value));
      all.add(members);
    }
    return all;
  }

  private static List<?> list(@Nullable Object member) {
    return member instanceof List<?> list ? list : List.of();
  }

  private static List<Map<String, Object>> reflection() throws IOException {
    return objects(file().get("reflection"));
  }

  private static Class<?> find(String name) throws ClassNotFoundException {
    return Class.forName(name, false, ReachabilityTest.class.getClassLoader());
  }

  private static Set<String> types() throws IOException {
    Set<String> types = new TreeSet<>();
    for (Map<String, Object> entry : reflection()) {
      if (entry.get("type") instanceof String name) {
        assertTrue(types.add(name), () -> name + " is there twice");
      }
    }
    return types;
  }

  @Test
  void itsFormIsThatOfTheSchema() throws IOException {
    assertEquals(Set.of("comment", "reflection", "resources"), file().keySet());
    for (Map<String, Object> entry : reflection()) {
      for (Map.Entry<String, Object> member : entry.entrySet()) {
        boolean flag = FLAGS.contains(member.getKey());
        assertTrue(flag || MEMBERS.contains(member.getKey()), entry.toString());
        assertEquals(flag, member.getValue() instanceof Boolean, entry.toString());
      }
      if (entry.get("type") instanceof Map<?, ?> type) {
        assertEquals(Set.of("proxy"), type.keySet());
      } else {
        assertTrue(entry.get("type") instanceof String, entry.toString());
      }
    }
    for (Map<String, Object> resource : objects(file().get("resources"))) {
      assertTrue(Set.of("reason", "glob").containsAll(resource.keySet()), resource.toString());
    }
  }

  @Test
  void allThatItNamesExists() throws Exception {
    for (Map<String, Object> entry : reflection()) {
      if (entry.get("type") instanceof Map<?, ?> type) {
        for (Object name : list(type.get("proxy"))) {
          assertTrue(find((String) name).isInterface(), name + " is no interface");
        }
        continue;
      }
      Class<?> type = find(String.valueOf(entry.get("type")));
      for (Map<String, Object> method : objects(entry.getOrDefault("methods", List.of()))) {
        List<Class<?>> parameters = new ArrayList<>();
        for (Object name : list(method.get("parameterTypes"))) {
          parameters.add(find((String) name));
        }
        Class<?>[] array = parameters.toArray(Class<?>[]::new);
        if ("<init>".equals(method.get("name"))) {
          assertNotNull(type.getDeclaredConstructor(array));
        } else {
          assertNotNull(type.getDeclaredMethod(String.valueOf(method.get("name")), array));
        }
      }
      for (Map<String, Object> field : objects(entry.getOrDefault("fields", List.of()))) {
        assertNotNull(type.getDeclaredField(String.valueOf(field.get("name"))));
      }
    }
    for (Map<String, Object> resource : objects(file().get("resources"))) {
      String name = String.valueOf(resource.get("glob"));
      assertNotNull(ReachabilityTest.class.getClassLoader().getResource(name), name);
    }
  }

  @Test
  void everyCommandIsThere() throws IOException {
    Set<String> commands = new TreeSet<>();
    for (JavaClass type :
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.skiff.cli")) {
      boolean picocli =
          type.getAnnotations().stream().anyMatch(a -> a.getRawType().getName().contains("picocli"))
              || type.getFields().stream()
                  .flatMap(field -> field.getAnnotations().stream())
                  .anyMatch(a -> a.getRawType().getName().contains("picocli"));
      if (picocli) {
        commands.add(type.getName());
      }
    }
    commands.removeAll(types());

    assertEquals(Set.of(), commands, "not in native-config/graalvm/reachability-metadata.json");
  }

  @Test
  void everyReplyIsThere() throws Exception {
    Set<String> replies = new TreeSet<>();
    for (Class<?> type : find("dev.skiff.control.Reply").getDeclaredClasses()) {
      if (type.isRecord()) {
        replies.add(type.getName());
      }
    }
    replies.removeAll(types());

    assertEquals(Set.of(), replies, "not in native-config/graalvm/reachability-metadata.json");
  }

  /** The classes whose names the native library has in it: it finds them by JNI. */
  @Test
  void everyClassThatTheNativeLibraryFindsIsThere() throws Exception {
    Set<String> told = new TreeSet<>();
    for (Map<String, Object> entry : reflection()) {
      if (Boolean.TRUE.equals(entry.get("jniAccessible"))) {
        told.add(String.valueOf(entry.get("type")));
      }
    }
    for (String arch : List.of("x86_64", "aarch64")) {
      Set<String> found = new TreeSet<>();
      String library = "jni/" + arch + "-Linux/libjffi-1.2.so";
      try (InputStream in =
          Objects.requireNonNull(
              ReachabilityTest.class.getClassLoader().getResourceAsStream(library))) {
        String bytes = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        Pattern.compile("\0((?:java|com)/[\\w/]+)(?=\0)")
            .matcher(bytes)
            .results()
            .forEach(match -> found.add(match.group(1).replace('/', '.')));
      }
      assertEquals(told, found, arch);
    }
  }
}

import static java.lang.classfile.ClassFile.JAVA_8_VERSION;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * {@code java Renew.java FROM.jar TO.jar}: the same jar, with the class files that are older than
 * Java 6 in the format of Java 8. They do the same; but the JVM verifies them by the maps that are
 * added here, which is quicker than without, and can keep them in an AOT cache, which it does not
 * do with such old ones.
 */
final class Renew {
  private static final int OLD = ClassFile.JAVA_6_VERSION;

  /** Not copied as it is. */
  private static final MethodTransform REBUILT =
      MethodTransform.transformingCode(CodeBuilder::with);

  private Renew() {}

  public static void main(String[] args) throws IOException {
    Map<ZipEntry, byte[]> entries = new LinkedHashMap<>();
    Map<String, byte[]> classes = new LinkedHashMap<>();
    try (ZipFile jar = new ZipFile(args[0])) {
      for (ZipEntry entry : jar.stream().toList()) {
        try (InputStream in = jar.getInputStream(entry)) {
          byte[] bytes = in.readAllBytes();
          entries.put(entry, bytes);
          classes.put(entry.getName(), bytes);
        }
      }
    }
    ClassFile classFile =
        ClassFile.of(
            StackMapsOption.GENERATE_STACK_MAPS,
            ClassFile.ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofResourceParsing(
                        type -> open(classes.get(pathOf(type.descriptorString()))))
                    .orElse(ClassHierarchyResolver.defaultResolver())));
    int renewed = 0;
    try (OutputStream file = Files.newOutputStream(Path.of(args[1]));
        ZipOutputStream out = new ZipOutputStream(file)) {
      for (Map.Entry<ZipEntry, byte[]> entry : entries.entrySet()) {
        byte[] bytes = entry.getValue();
        if (entry.getKey().getName().endsWith(".class") && majorOf(bytes) < OLD) {
          bytes = renew(classFile, bytes);
          renewed++;
        }
        ZipEntry copy = new ZipEntry(entry.getKey().getName());
        copy.setTimeLocal(entry.getKey().getTimeLocal());
        out.putNextEntry(copy);
        out.write(bytes);
      }
    }
    System.out.println("class files renewed: " + renewed);
  }

  private static byte[] renew(ClassFile classFile, byte[] bytes) {
    return classFile.build(
        classFile.parse(bytes).thisClass().asSymbol(),
        builder -> {
          builder.withVersion(JAVA_8_VERSION, 0); // First: by it methods get their maps or not.
          for (ClassElement element : classFile.parse(bytes)) {
            switch (element) {
              case ClassFileVersion _ -> {}
              case MethodModel method -> builder.transformMethod(method, REBUILT);
              default -> builder.with(element);
            }
          }
        });
  }

  private static int majorOf(byte[] bytes) {
    return (bytes[6] & 0xFF) << 8 | bytes[7] & 0xFF;
  }

  private static String pathOf(String descriptor) {
    return descriptor.substring(1, descriptor.length() - 1) + ".class";
  }

  private static InputStream open(byte[] bytes) {
    return bytes == null ? null : new ByteArrayInputStream(bytes);
  }
}

package dev.skiff.daemon;

import dev.skiff.header.MacAddr;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A MAC address that stays the same from start to start: a keyed hash of the machine's id (if it
 * has one), its host name and the TAP's name, made locally administered and unicast.
 *
 * <p>Keyed, so that the machine's id cannot be read from it: machine-id(5) asks for that. Any
 * thread.
 */
final class StableMac {
  private static final Path MACHINE_ID = Path.of("/etc/machine-id");
  private static final Path HOSTNAME = Path.of("/proc/sys/kernel/hostname");
  private static final String KEY = "dev.skiff mac address 1";

  private StableMac() {}

  static long of(String tap) {
    return of(read(MACHINE_ID), read(HOSTNAME), tap);
  }

  static long of(String machineId, String hostname, String tap) {
    try {
      Mac hash = Mac.getInstance("HmacSHA256");
      byte[] key = (KEY + "\0" + machineId).getBytes(StandardCharsets.UTF_8);
      hash.init(new SecretKeySpec(key, "HmacSHA256"));
      byte[] digest = hash.doFinal((hostname + "\0" + tap).getBytes(StandardCharsets.UTF_8));
      return MacAddr.locallyAdministered(ByteBuffer.wrap(digest).getLong());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }

  private static String read(Path path) {
    try {
      return Files.readString(path).strip();
    } catch (IOException e) {
      return "";
    }
  }
}

package dev.skiff.daemon;

import dev.skiff.header.MacAddr;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

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
  private static final int BLOCK = 64;
  private static final int IPAD = 0x36;
  private static final int OPAD = 0x5C;

  private StableMac() {}

  static long of(String tap) {
    return of(read(MACHINE_ID), read(HOSTNAME), tap);
  }

  static long of(String machineId, String hostname, String tap) {
    byte[] key = (KEY + "\0" + machineId).getBytes(StandardCharsets.UTF_8);
    byte[] digest = hmac(key, (hostname + "\0" + tap).getBytes(StandardCharsets.UTF_8));
    return MacAddr.locallyAdministered(ByteBuffer.wrap(digest).getLong());
  }

  /** RFC 2104, with SHA-256. By javax.crypto a start would take a twentieth of a second longer. */
  static byte[] hmac(byte[] key, byte[] text) {
    try {
      MessageDigest hash = MessageDigest.getInstance("SHA-256");
      byte[] block = Arrays.copyOf(key.length > BLOCK ? hash.digest(key) : key, BLOCK);
      hash.update(xor(block, IPAD));
      byte[] inner = hash.digest(text);
      hash.update(xor(block, OPAD));
      return hash.digest(inner);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static byte[] xor(byte[] block, int pad) {
    byte[] result = new byte[block.length];
    for (int i = 0; i < block.length; i++) {
      result[i] = (byte) (block[i] ^ pad);
    }
    return result;
  }

  private static String read(Path path) {
    try {
      return Files.readString(path).strip();
    } catch (IOException e) {
      return "";
    }
  }
}

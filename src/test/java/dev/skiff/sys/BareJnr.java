package dev.skiff.sys;

import java.io.IOException;
import jnr.ffi.LibraryLoader;

/** A program that loads JNR-FFI, calls one function and waits: what memory that alone takes. */
public final class BareJnr {
  /** The one function. */
  public interface GetPid {
    /** {@code getpid(2)}. */
    int getpid();
  }

  private BareJnr() {}

  /** Prints a line when it is ready, then waits for the end of its input. */
  public static void main(String[] args) throws IOException {
    System.out.println(LibraryLoader.create(GetPid.class).load("c").getpid());
    while (System.in.read() >= 0) {
      // Wait.
    }
  }
}

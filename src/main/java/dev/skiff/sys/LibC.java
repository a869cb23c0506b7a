package dev.skiff.sys;

import jnr.ffi.types.size_t;
import jnr.ffi.types.ssize_t;
import jnr.ffi.types.u_int64_t;
import jnr.ffi.types.uintptr_t;

/**
 * The functions of the C library that Skiff calls and jnr-posix does not have, bound by JNR-FFI.
 *
 * <p>All parameters are primitives and addresses are raw {@code long}s of memory that the caller
 * keeps alive: such a call allocates nothing and needs no converter. No function here has six
 * integer parameters: jnr-ffi 2.3.4 passes garbage as the sixth on x86-64. System calls with six go
 * through {@link #syscall}, which has seven.
 */
public interface LibC {
  /** {@code read(2)}. */
  @ssize_t
  long read(int fd, @uintptr_t long buf, @size_t long n);

  /** {@code write(2)}. */
  @ssize_t
  long write(int fd, @uintptr_t long buf, @size_t long n);

  /** {@code ioctl(2)}, with a pointer or a number as its argument. */
  int ioctl(int fd, @u_int64_t long request, @uintptr_t long arg);

  /** {@code ppoll(2)}. */
  int ppoll(
      @uintptr_t long fds, @u_int64_t long nfds, @uintptr_t long timeout, @uintptr_t long sigmask);

  /** {@code eventfd(2)}. */
  int eventfd(int initval, int flags);

  /** {@code socket(2)}. */
  int socket(int domain, int type, int protocol);

  /** {@code bind(2)}. */
  int bind(int fd, @uintptr_t long address, int length);

  /** {@code connect(2)}. */
  int connect(int fd, @uintptr_t long address, int length);

  /** {@code setgroups(2)}, of all threads, as glibc has it. */
  int setgroups(@size_t long n, @uintptr_t long groups);

  /** {@code setresgid(2)}, of all threads, as glibc has it. */
  int setresgid(int real, int effective, int saved);

  /** {@code setresuid(2)}, of all threads, as glibc has it. */
  int setresuid(int real, int effective, int saved);

  /** {@code setns(2)}: moves the calling thread alone. */
  int setns(int fd, int type);

  /** {@code unshare(2)}: gives the calling thread alone a namespace of its own. */
  int unshare(int flags);

  /** {@code munmap(2)}. */
  int munmap(@uintptr_t long address, @size_t long length);

  /** {@code syscall(2)}: a system call by its number, with up to four arguments. */
  @ssize_t
  long syscall(long number, long a, long b, long c, long d);

  /** {@code syscall(2)} with six arguments. Allocates: not for the data path. */
  @ssize_t
  long syscall(long number, long a, long b, long c, long d, long e, long f);

  /** {@code getrusage(2)}. */
  int getrusage(int who, @uintptr_t long usage);
}

/*
 * refuse NUMBER ERRNO LEAST COMMAND...: runs COMMAND, for which, and for whatever it starts, the
 * system call NUMBER ends with ERRNO if its second argument is LEAST or more (its low 32 bits). So
 * answer kernels that have no such call (ENOSYS) and the seccomp profiles of containers (EPERM).
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#define SECOND offsetof(struct seccomp_data, args[1]) /* Little-endian: its low half comes first. */

int main(int argc, char **argv) {
  if (argc < 5) {
    fprintf(stderr, "usage: refuse NUMBER ERRNO LEAST COMMAND...\n");
    return 2;
  }
  unsigned number = strtoul(argv[1], NULL, 10);
  unsigned error = strtoul(argv[2], NULL, 10);
  unsigned least = strtoul(argv[3], NULL, 10);
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, SECOND),
      BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, least, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof code / sizeof *code, code};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
    perror("refuse: seccomp");
    return 1;
  }
  execvp(argv[4], argv + 4);
  perror(argv[4]);
  return 127;
}

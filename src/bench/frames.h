// What the programs here share: frames in memory, the Internet checksum, a TAP, a counter that others can read.
#ifndef SKIFF_BENCH_FRAMES_H
#define SKIFF_BENCH_FRAMES_H

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ETH_HLEN_ = 14, ARP_LEN = 28, IP_HLEN = 20, ICMP_HLEN = 8, MAX_FRAME = 65535 + 14, MIN_FRAME = 60 };
enum { TYPE_IP = 0x0800, TYPE_ARP = 0x0806, PROTO_ICMP = 1, ECHO_REPLY = 0, ECHO_REQUEST = 8 };

_Noreturn static inline void die(int code, const char *format, ...) {
  va_list args;
  va_start(args, format);
  vfprintf(stderr, format, args);
  va_end(args);
  fputc('\n', stderr);
  exit(code);
}

static inline uint16_t get16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }
static inline uint32_t get32(const uint8_t *p) { return (uint32_t)get16(p) << 16 | get16(p + 2); }
static inline void put16(uint8_t *p, uint32_t v) { p[0] = (uint8_t)(v >> 8), p[1] = (uint8_t)v; }
static inline void put32(uint8_t *p, uint32_t v) { put16(p, v >> 16), put16(p + 2, v); }

// RFC 1071, eight bytes at a time: the sum is the same in either byte order.
static inline uint16_t checksum(const uint8_t *p, size_t n) {
  uint64_t sum = 0;
  for (; n >= 4; p += 4, n -= 4) {
    uint32_t word;
    memcpy(&word, p, 4);
    sum += word;
  }
  if (n >= 2) {
    uint16_t half;
    memcpy(&half, p, 2);
    sum += half, p += 2, n -= 2;
  }
  if (n) {
    sum += htons((uint16_t)(*p << 8));
  }
  while (sum >> 16) {
    sum = (sum & 0xFFFF) + (sum >> 16);
  }
  return ntohs((uint16_t)~sum);
}

static inline void parse_mac(const char *text, uint8_t mac[6]) {
  unsigned b[6];
  char rest;
  if (sscanf(text, "%x:%x:%x:%x:%x:%x%c", b, b + 1, b + 2, b + 3, b + 4, b + 5, &rest) != 6) {
    die(2, "'%s' is no MAC address: write it as 02:00:5e:10:00:01", text);
  }
  for (int i = 0; i < 6; i++) {
    if (b[i] > 255) {
      die(2, "'%s' is no MAC address: write it as 02:00:5e:10:00:01", text);
    }
    mac[i] = (uint8_t)b[i];
  }
}

static inline uint32_t parse_ip(const char *text) {
  struct in_addr a;
  if (inet_pton(AF_INET, text, &a) != 1) {
    die(2, "'%s' is no IPv4 address", text);
  }
  return ntohl(a.s_addr);
}

static inline long parse_number(const char *name, const char *text, long least, long most) {
  char *end;
  errno = 0;
  long value = strtol(text, &end, 10);
  if (errno || end == text || *end || value < least || value > most) {
    die(2, "%s %s: give a number from %ld to %ld", name, text, least, most);
  }
  return value;
}

// Attaches to a TAP; without a header in front of the frames.
static inline int open_tap(const char *name, int flags) {
  int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | flags);
  if (fd < 0) {
    die(1, "/dev/net/tun: %s", strerror(errno));
  }
  struct ifreq ifr = {.ifr_flags = IFF_TAP | IFF_NO_PI};
  snprintf(ifr.ifr_name, sizeof ifr.ifr_name, "%s", name);
  if (ioctl(fd, TUNSETIFF, &ifr) < 0) {
    die(1, "TAP %s: %s", name, strerror(errno));
  }
  return fd;
}

// A counter in a file that is mapped: adding to it costs no system call, and od(1) reads it.
static inline volatile uint64_t *open_counter(const char *path) {
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || ftruncate(fd, sizeof(uint64_t)) < 0) {
    die(1, "%s: %s", path, strerror(errno));
  }
  void *p = mmap(NULL, sizeof(uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (p == MAP_FAILED) {
    die(1, "%s: %s", path, strerror(errno));
  }
  close(fd);
  return p;
}

#endif

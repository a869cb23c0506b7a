// Sends echo requests and holds every byte of each reply against what was asked.
//
//   loadgen --if NAME --src ADDR --dst ADDR --peer-mac MAC [--window N] [--size BYTES] [--warmup SECONDS]
//           [--seconds SECONDS | --count N] [--over-ns NS] [--pid PID] [--label TEXT] [--phase TEXT] [--round N]
//
// A closed loop: N requests are outstanding, and a reply is answered with the next request. It speaks on a packet
// socket and answers ARP for ADDR itself, so that the host needs no address and its stack has nothing to say. Its MAC
// address is not the interface's: the host's stack would take every reply for its own, look for a route in vain and
// free what that took in an RCU callback, all in the peer's write(2). As it is, replies are PACKET_OTHERHOST there and
// dropped at once. PID is the peer's process, whose CPU time is taken from its clock. With --count every request is
// measured, from the first on, and there are N of them; "over" says how many round trips took longer than NS.
//
// One line of JSON on standard output. Exit code 0 if every request of the run was answered once, by the right MAC
// address, with the right bytes; 1 if not; 2 for a mistake of usage.
#include "frames.h"

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

enum {
  MOST_WINDOW = 1024,
  MOST_SIZE = 1472,
  FRAME = ETH_HLEN_ + IP_HLEN + ICMP_HLEN + MOST_SIZE,
  BATCH = 64,
  SUB = 64,             // Buckets for each power of two: 1.6 % wide.
  BUCKETS = 40 * SUB,
  LOST_AFTER_S = 2,     // A reply that has not come by then never will.
};

static const uint64_t NS_PER_S = 1000000000;

struct slot {
  bool outstanding;
  uint16_t seq;
  uint64_t sent_ns;
  uint8_t frame[FRAME];
};

static struct slot slots[MOST_WINDOW];
static uint64_t histogram[BUCKETS];
static uint8_t our_mac[6], peer_mac[6];
static uint32_t src, dst;
static int window = 1, size = 56, sock;
static size_t frame_len;
static const uint16_t id = 0x5EED;

static uint64_t sent, answered, twice, corrupt, wrong_mac, rtt_count, rtt_max, over, over_ns = UINT64_MAX;
static uint64_t most = UINT64_MAX; // Requests in all.
static bool measuring;

static uint64_t clock_ns(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

static uint64_t now_ns(void) { return clock_ns(CLOCK_MONOTONIC); }

// ---- Frames -----------------------------------------------------------------------------------------------------------

// Bytes that nobody could answer by heart: splitmix64 of the sequence number.
static void fill(uint8_t *data, int n, uint64_t seed) {
  for (int i = 0; i < n; i += 8) {
    uint64_t z = seed += 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    z ^= z >> 31;
    memcpy(data + i, &z, (size_t)(n - i < 8 ? n - i : 8));
  }
}

static void make_request(struct slot *slot, uint16_t seq) {
  uint8_t *f = slot->frame, *ip = f + ETH_HLEN_, *icmp = ip + IP_HLEN;
  memcpy(f, peer_mac, 6);
  memcpy(f + 6, our_mac, 6);
  put16(f + 12, TYPE_IP);
  memset(ip, 0, IP_HLEN + ICMP_HLEN);
  ip[0] = 0x45;
  put16(ip + 2, (uint32_t)(IP_HLEN + ICMP_HLEN + size));
  put16(ip + 4, seq);
  ip[8] = 64;
  ip[9] = PROTO_ICMP;
  put32(ip + 12, src);
  put32(ip + 16, dst);
  put16(ip + 10, checksum(ip, IP_HLEN));
  icmp[0] = ECHO_REQUEST;
  put16(icmp + 4, id);
  put16(icmp + 6, seq);
  fill(icmp + ICMP_HLEN, size, seq * 2654435761u + 1);
  put16(icmp + 2, checksum(icmp, (size_t)(ICMP_HLEN + size)));
  slot->seq = seq;
}

static void answer_arp(const uint8_t *f, size_t n) {
  const uint8_t *arp = f + ETH_HLEN_;
  if (n < ETH_HLEN_ + ARP_LEN || get16(arp + 6) != 1 || get32(arp + 24) != src) {
    return;
  }
  uint8_t r[MIN_FRAME] = {0}, *a = r + ETH_HLEN_;
  memcpy(r, f + 6, 6);
  memcpy(r + 6, our_mac, 6);
  put16(r + 12, TYPE_ARP);
  memcpy(a, arp, 6);
  put16(a + 6, 2);
  memcpy(a + 8, our_mac, 6);
  put32(a + 14, src);
  memcpy(a + 18, arp + 8, 10);
  if (send(sock, r, sizeof r, 0) < 0) {
    die(1, "send: %s", strerror(errno));
  }
}

static unsigned bucket_of(uint64_t ns) {
  unsigned shift = 0;
  while (ns >> shift >= 2 * SUB) {
    shift++;
  }
  unsigned bucket = shift * SUB + (unsigned)(ns >> shift);
  return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

// The longest time that falls into a bucket.
static uint64_t bucket_top(unsigned bucket) {
  unsigned shift = bucket < 2 * SUB ? 0 : bucket / SUB - 1;
  return ((uint64_t)(bucket - shift * SUB + 1) << shift) - 1;
}

// Whether it is a reply of the peer's to us; all others are none of our business.
static bool is_echo_reply(const uint8_t *f, size_t n) {
  const uint8_t *ip = f + ETH_HLEN_;
  return n >= ETH_HLEN_ + IP_HLEN + ICMP_HLEN && get16(f + 12) == TYPE_IP && ip[0] == 0x45 && ip[9] == PROTO_ICMP
         && get32(ip + 16) == src && ip[IP_HLEN] == ECHO_REPLY;
}

// Takes a reply: the slot that it frees, or NULL.
static struct slot *take_reply(const uint8_t *f, size_t n, uint64_t at_ns) {
  const uint8_t *ip = f + ETH_HLEN_, *icmp = ip + IP_HLEN;
  size_t icmp_len = (size_t)(ICMP_HLEN + size);
  uint16_t seq = get16(icmp + 6);
  struct slot *slot = &slots[seq % (unsigned)window];
  if (memcmp(f + 6, peer_mac, 6) || memcmp(f, our_mac, 6)) {
    wrong_mac++;
    return NULL;
  }
  bool whole = (n == frame_len || (frame_len < MIN_FRAME && n == MIN_FRAME))
               && get16(ip + 2) == IP_HLEN + icmp_len && checksum(ip, IP_HLEN) == 0 && get32(ip + 12) == dst
               && icmp[1] == 0 && get16(icmp + 4) == id && checksum(icmp, icmp_len) == 0;
  if (!whole) {
    corrupt++;
    return NULL;
  }
  if (!slot->outstanding || slot->seq != seq) {
    twice++;
    return NULL;
  }
  if (memcmp(icmp + ICMP_HLEN, slot->frame + ETH_HLEN_ + IP_HLEN + ICMP_HLEN, (size_t)size)) {
    corrupt++;
    return NULL;
  }
  slot->outstanding = false;
  answered++;
  if (measuring) {
    uint64_t rtt = at_ns - slot->sent_ns;
    histogram[bucket_of(rtt)]++;
    rtt_count++;
    rtt_max = rtt > rtt_max ? rtt : rtt_max;
    over += rtt > over_ns;
  }
  return slot;
}

// ---- The loop ---------------------------------------------------------------------------------------------------------

static void send_requests(struct slot **which, int n) {
  static struct mmsghdr messages[BATCH];
  static struct iovec vectors[BATCH];
  uint64_t at_ns = now_ns();
  for (int i = 0; i < n; i++) {
    which[i]->sent_ns = at_ns;
    which[i]->outstanding = true;
    vectors[i] = (struct iovec){.iov_base = which[i]->frame, .iov_len = frame_len};
    messages[i].msg_hdr = (struct msghdr){.msg_iov = &vectors[i], .msg_iovlen = 1};
  }
  for (int done = 0; done < n;) {
    int m = sendmmsg(sock, messages + done, (unsigned)(n - done), 0);
    if (m < 0 && errno != ENOBUFS && errno != EINTR) {
      die(1, "send: %s", strerror(errno));
    }
    done += m > 0 ? m : 0;
  }
  sent += (uint64_t)n;
}

// Receives what there is, waiting for the first; false if nothing came for LOST_AFTER_S.
static bool receive(bool send_next) {
  static struct mmsghdr messages[BATCH];
  static struct iovec vectors[BATCH];
  static uint8_t buffers[BATCH][FRAME + 64];
  struct slot *freed[BATCH];
  for (int i = 0; i < BATCH; i++) {
    vectors[i] = (struct iovec){.iov_base = buffers[i], .iov_len = sizeof buffers[i]};
    messages[i].msg_hdr = (struct msghdr){.msg_iov = &vectors[i], .msg_iovlen = 1};
  }
  int n = recvmmsg(sock, messages, BATCH, MSG_WAITFORONE, NULL);
  if (n < 0) {
    if (errno == EAGAIN || errno == EINTR) {
      return false;
    }
    die(1, "receive: %s", strerror(errno));
  }
  uint64_t at_ns = now_ns();
  int next = 0;
  for (int i = 0; i < n; i++) {
    const uint8_t *f = buffers[i];
    size_t len = messages[i].msg_len;
    if (len >= ETH_HLEN_ && get16(f + 12) == TYPE_ARP) {
      answer_arp(f, len);
    } else if (is_echo_reply(f, len)) {
      struct slot *slot = take_reply(f, len, at_ns);
      if (slot != NULL && send_next && sent + (uint64_t)next < most) {
        make_request(slot, (uint16_t)(slot->seq + window));
        freed[next++] = slot;
      }
    }
  }
  if (next > 0) {
    send_requests(freed, next);
  }
  return true;
}

// Runs until the time comes, or until all is answered; false if the peer has fallen silent.
static bool run_until(uint64_t end_ns) {
  while (now_ns() < end_ns && answered < most) {
    if (!receive(true)) {
      return false;
    }
  }
  return true;
}

static void open_socket(const char *name) {
  sock = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
  if (sock < 0) {
    die(1, "packet socket: %s", strerror(errno));
  }
  unsigned index = if_nametoindex(name);
  if (index == 0) {
    die(1, "%s: %s", name, strerror(errno));
  }
  memcpy(our_mac, (uint8_t[]){0x02, 0x00, 0x5e, 0x20}, 4);
  put16(our_mac + 4, index);
  int one = 1, room = 8 << 20;
  struct timeval timeout = {.tv_sec = LOST_AFTER_S};
  struct sockaddr_ll address = {
      .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)index};
  if (setsockopt(sock, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof one) < 0
      || setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout) < 0
      || (setsockopt(sock, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) < 0
          && setsockopt(sock, SOL_SOCKET, SO_RCVBUF, &room, sizeof room) < 0)
      || bind(sock, (struct sockaddr *)&address, sizeof address) < 0) {
    die(1, "%s: %s", name, strerror(errno));
  }
}

static uint64_t percentile(double p) {
  uint64_t rank = (uint64_t)(p / 100 * (double)rtt_count + 0.5), seen = 0;
  for (unsigned i = 0; i < BUCKETS; i++) {
    seen += histogram[i];
    if (seen >= rank && seen > 0) {
      uint64_t top = bucket_top(i);
      return top < rtt_max ? top : rtt_max;
    }
  }
  return 0;
}

static void print_quoted(const char *name, const char *text) {
  printf("\"%s\":\"", name);
  for (; *text; text++) {
    if (*text != '"' && *text != '\\' && (unsigned char)*text >= ' ') {
      putchar(*text);
    }
  }
  putchar('"');
}

int main(int argc, char **argv) {
  const char *ifname = NULL, *mac = NULL, *label = "", *phase = "replies";
  double warmup = -1, seconds = 1;
  long pid = 0, round = 0;
  for (int i = 1; i < argc; i += 2) {
    const char *o = argv[i], *v = i + 1 < argc ? argv[i + 1] : NULL;
    if (v == NULL) {
      die(2, "loadgen: %s needs a value", o);
    }
    if (!strcmp(o, "--if")) {
      ifname = v;
    } else if (!strcmp(o, "--src")) {
      src = parse_ip(v);
    } else if (!strcmp(o, "--dst")) {
      dst = parse_ip(v);
    } else if (!strcmp(o, "--peer-mac")) {
      parse_mac(mac = v, peer_mac);
    } else if (!strcmp(o, "--window")) {
      window = (int)parse_number(o, v, 1, MOST_WINDOW);
    } else if (!strcmp(o, "--size")) {
      size = (int)parse_number(o, v, 0, MOST_SIZE);
    } else if (!strcmp(o, "--warmup") || !strcmp(o, "--seconds")) {
      char *end;
      double value = strtod(v, &end);
      if (end == v || *end || !(value >= 0 && value <= 600)) {
        die(2, "loadgen: %s %s: give seconds, 0 to 600", o, v);
      }
      *(o[2] == 'w' ? &warmup : &seconds) = value;
    } else if (!strcmp(o, "--count")) {
      most = (uint64_t)parse_number(o, v, 1, 1L << 40);
    } else if (!strcmp(o, "--over-ns")) {
      over_ns = (uint64_t)parse_number(o, v, 0, 1L << 40);
    } else if (!strcmp(o, "--pid")) {
      pid = parse_number(o, v, 1, 1L << 30);
    } else if (!strcmp(o, "--label")) {
      label = v;
    } else if (!strcmp(o, "--phase")) {
      phase = v;
    } else if (!strcmp(o, "--round")) {
      round = parse_number(o, v, 0, 1000000);
    } else {
      die(2, "loadgen: unknown option %s", o);
    }
  }
  if (!ifname || !src || !dst || !mac) {
    die(2, "usage: loadgen --if NAME --src ADDR --dst ADDR --peer-mac MAC [--window N] [--size BYTES] ...");
  }
  if (window & (window - 1)) {
    die(2, "loadgen: --window %d: give a power of two", window); // Sequence numbers wrap at one.
  }
  bool counted = most != UINT64_MAX;
  if (counted && (warmup > 0 || most < (uint64_t)window)) {
    die(2, "loadgen: --count: there is no --warmup with it, and it is at least the window");
  }
  warmup = warmup < 0 ? 0.2 : warmup;
  clockid_t peer_clock = 0;
  if (pid > 0 && clock_getcpuclockid((pid_t)pid, &peer_clock) != 0) {
    die(1, "loadgen: no process %ld", pid);
  }
  frame_len = (size_t)(ETH_HLEN_ + IP_HLEN + ICMP_HLEN + size);
  open_socket(ifname);

  struct slot *first[BATCH] = {&slots[0]};
  // One alone first: a peer that has forgotten our MAC address asks for it, and keeps only so many replies meanwhile
  // (Linux and Skiff 101).
  measuring = counted;
  uint64_t peer_before = pid > 0 ? clock_ns(peer_clock) : 0;
  uint64_t cpu_before = clock_ns(CLOCK_PROCESS_CPUTIME_ID), begun = now_ns(), answered_before = 0;
  make_request(first[0], 0);
  send_requests(first, 1);
  uint64_t first_by = begun + LOST_AFTER_S * NS_PER_S;
  while (answered == 0 && now_ns() < first_by && receive(false)) {
  }
  bool alive = answered == 1;
  for (int i = 0; alive && i < window && sent < most;) {
    int n = 0;
    for (; n < BATCH && i < window && sent + (uint64_t)n < most; n++, i++) {
      make_request(&slots[i], (uint16_t)(i == 0 ? window : i));
      first[n] = &slots[i];
    }
    send_requests(first, n);
  }
  if (!counted) {
    alive = alive && run_until(now_ns() + (uint64_t)(warmup * 1e9));
    measuring = true;
    peer_before = pid > 0 ? clock_ns(peer_clock) : 0;
    cpu_before = clock_ns(CLOCK_PROCESS_CPUTIME_ID), begun = now_ns(), answered_before = answered;
  }
  alive = alive && run_until(counted ? UINT64_MAX : begun + (uint64_t)(seconds * 1e9));
  measuring = false;
  uint64_t ended = now_ns(), cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu_before;
  uint64_t peer_cpu = pid > 0 ? clock_ns(peer_clock) - peer_before : 0;
  uint64_t replies = answered - answered_before;
  // The last ones may still be on their way. A peer that answers twice is found out here too.
  uint64_t patience = now_ns() + LOST_AFTER_S * NS_PER_S;
  while (alive && answered < sent && now_ns() < patience && receive(false)) {
  }
  uint64_t lost = sent - answered;
  bool ok = lost == 0 && twice == 0 && corrupt == 0 && wrong_mac == 0 && replies > 0
            && (!counted || sent == most);

  double per = replies > 0 ? (double)replies : 1;
  putchar('{');
  print_quoted("peer", label);
  putchar(',');
  print_quoted("phase", phase);
  printf(",\"round\":%ld,\"window\":%d,\"size\":%d,\"ok\":%s", round, window, size, ok ? "true" : "false");
  printf(",\"seconds\":%.6f,\"sent\":%lu,\"answered\":%lu,\"lost\":%lu,\"dup\":%lu,\"corrupt\":%lu,\"wrong_mac\":%lu",
         (double)(ended - begun) / 1e9, sent, answered, lost, twice, corrupt, wrong_mac);
  printf(",\"replies\":%lu,\"replies_per_s\":%.1f", replies, (double)replies * 1e9 / (double)(ended - begun));
  if (over_ns != UINT64_MAX) {
    printf(",\"over\":%lu", over);
  }
  printf(",\"cpu_ns_generator\":%.1f", (double)cpu / per);
  if (pid > 0) {
    printf(",\"cpu_ns_peer\":%.1f", (double)peer_cpu / per);
  }
  static const double points[] = {1, 5, 10, 25, 50, 75, 90, 95, 99, 99.9, 99.99, 100};
  printf(",\"rtt_ns\":{");
  for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
    printf("%s\"p%g\":%lu", i ? "," : "", points[i], points[i] < 100 ? percentile(points[i]) : rtt_max);
  }
  puts("}}");
  return ok ? 0 : 1;
}

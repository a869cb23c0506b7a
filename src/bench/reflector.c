// A bare reflector on a TAP: the least that a program must do to answer ARP and ping, in four ways of asking the
// kernel. What it leaves out (checks, tables, timers, counters) is what a stack is; it is the measure of the rest.
//
//   reflector --tap NAME --ip ADDR --mac MAC --mode blocking|drain|uring|exchange --counter FILE
//
//   blocking   read, turn round, write
//   drain      poll; read until there is no more, 64 at most; then write all
//   uring      the same, with one io_uring_enter for all the writes
//   exchange   one io_uring_enter for all the writes and for the next reads, as Skiff does it
//
// It prints "ready" and runs until it is killed. FILE holds how many echo requests it has answered.
#include "frames.h"

#include <poll.h>
#ifdef WITH_URING
#include <liburing.h>
#endif

enum { BURST = 64, EXCHANGE = 32 };

static uint32_t our_ip;
static uint8_t our_mac[6];
static volatile uint64_t *answered;
static uint8_t frames[BURST][MAX_FRAME];

static void turn_link_round(uint8_t *f) {
  memcpy(f, f + 6, 6);
  memcpy(f + 6, our_mac, 6);
}

// Makes a reply of the request, in place: its length; 0 if there is nothing to answer.
static size_t reply(uint8_t *f, size_t n) {
  uint8_t *p = f + ETH_HLEN_;
  if (n >= ETH_HLEN_ + ARP_LEN && get16(f + 12) == TYPE_ARP && get16(p + 6) == 1 && get32(p + 24) == our_ip) {
    turn_link_round(f);
    put16(p + 6, 2);
    memcpy(p + 18, p + 8, 10); // The sender is the target now.
    memcpy(p + 8, our_mac, 6);
    put32(p + 14, our_ip);
    return n;
  }
  size_t ihl = (p[0] & 0xF) * 4u;
  uint8_t *icmp = p + ihl;
  if (n < ETH_HLEN_ + IP_HLEN + ICMP_HLEN || get16(f + 12) != TYPE_IP || p[9] != PROTO_ICMP
      || get32(p + 16) != our_ip || n < ETH_HLEN_ + ihl + ICMP_HLEN || icmp[0] != ECHO_REQUEST) {
    return 0;
  }
  turn_link_round(f);
  memcpy(p + 16, p + 12, 4); // The IP checksum does not mind that the addresses change places.
  put32(p + 12, our_ip);
  icmp[0] = ECHO_REPLY;
  uint32_t sum = get16(icmp + 2) + (ECHO_REQUEST << 8); // RFC 1624: type 8 has become 0.
  put16(icmp + 2, (sum & 0xFFFF) + (sum >> 16));
  ++*answered;
  return n;
}

static void must_write(ssize_t wrote, size_t n) {
  if (wrote != (ssize_t)n) {
    die(1, "write: %s", wrote < 0 ? strerror(errno) : "cut short");
  }
}

static void blocking(int fd) {
  for (;;) {
    ssize_t n = read(fd, frames[0], MAX_FRAME);
    if (n < 0) {
      die(1, "read: %s", strerror(errno));
    }
    size_t m = reply(frames[0], (size_t)n);
    if (m > 0) {
      must_write(write(fd, frames[0], m), m);
    }
  }
}

// Reads what there is: how many replies stand in frames[] now, and their lengths.
static int drain(int fd, size_t lengths[BURST]) {
  int replies = 0;
  for (int reads = 0; reads < BURST; reads++) {
    ssize_t n = read(fd, frames[replies], MAX_FRAME);
    if (n < 0 && errno == EAGAIN) {
      break;
    }
    if (n < 0) {
      die(1, "read: %s", strerror(errno));
    }
    size_t m = reply(frames[replies], (size_t)n);
    if (m > 0) {
      lengths[replies++] = m;
    }
  }
  return replies;
}

static void await(int fd) {
  struct pollfd p = {.fd = fd, .events = POLLIN};
  if (poll(&p, 1, -1) < 0 && errno != EINTR) {
    die(1, "poll: %s", strerror(errno));
  }
}

static void drained(int fd) {
  size_t lengths[BURST];
  for (;;) {
    int n = drain(fd, lengths);
    for (int i = 0; i < n; i++) {
      must_write(write(fd, frames[i], lengths[i]), lengths[i]);
    }
    if (n == 0) {
      await(fd);
    }
  }
}

static void uring(int fd) {
#ifdef WITH_URING
  struct io_uring ring;
  size_t lengths[BURST];
  int error = io_uring_queue_init(BURST, &ring, 0);
  if (error < 0) {
    die(3, "io_uring: %s", strerror(-error));
  }
  for (;;) {
    int n = drain(fd, lengths);
    for (int i = 0; i < n; i++) {
      struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
      io_uring_prep_write(sqe, fd, frames[i], (unsigned)lengths[i], 0);
      sqe->user_data = lengths[i];
    }
    if (n > 0) {
      int done = io_uring_submit_and_wait(&ring, (unsigned)n);
      if (done < 0) {
        die(1, "io_uring_enter: %s", strerror(-done));
      }
      unsigned head, seen = 0;
      struct io_uring_cqe *cqe;
      io_uring_for_each_cqe(&ring, head, cqe) {
        if (cqe->res != (int)cqe->user_data) {
          die(1, "write: %s", cqe->res < 0 ? strerror(-cqe->res) : "cut short");
        }
        seen++;
      }
      io_uring_cq_advance(&ring, seen);
    } else {
      await(fd);
    }
  }
#else
  (void)fd;
  die(3, "built without liburing");
#endif
}

// Frames are read into one half while the replies made of those before are written from the other.
static void exchange(int fd) {
#ifdef WITH_URING
  static uint8_t halves[2][EXCHANGE][MAX_FRAME];
  struct io_uring ring;
  int replies = 0, to_write[EXCHANGE], wanted = 1, half = 0;
  size_t lengths[EXCHANGE];
  int error = io_uring_queue_init(2 * EXCHANGE, &ring, 0);
  if (error < 0 || (error = io_uring_register_files(&ring, &fd, 1)) < 0) {
    die(3, "io_uring: %s", strerror(-error));
  }
  for (;;) {
    for (int i = 0; i < replies + wanted; i++) {
      struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
      int read = i - replies;
      if (read < 0) {
        io_uring_prep_write(sqe, 0, halves[half][to_write[i]], (unsigned)lengths[i], 0);
      } else {
        io_uring_prep_read(sqe, 0, halves[1 - half][read], MAX_FRAME, 0);
      }
      sqe->rw_flags = RWF_NOWAIT; // Without it a read that finds nothing would wait.
      sqe->flags |= IOSQE_FIXED_FILE;
      sqe->user_data = (unsigned)i;
    }
    int done = io_uring_submit_and_wait(&ring, (unsigned)(replies + wanted));
    if (done < 0) {
      die(1, "io_uring_enter: %s", strerror(-done));
    }
    int came[EXCHANGE], frames = 0;
    unsigned head, seen = 0;
    struct io_uring_cqe *cqe;
    io_uring_for_each_cqe(&ring, head, cqe) {
      int read = (int)cqe->user_data - replies;
      if (read < 0) {
        must_write(cqe->res, lengths[cqe->user_data]);
      } else if (cqe->res < 0 && cqe->res != -EAGAIN) {
        die(1, "read: %s", strerror(-cqe->res));
      } else {
        came[read] = cqe->res;
      }
      seen++;
    }
    io_uring_cq_advance(&ring, seen);
    half = 1 - half;
    replies = 0;
    for (int i = 0; i < wanted; i++) {
      if (came[i] > 0) {
        frames++;
        size_t m = reply(halves[half][i], (size_t)came[i]);
        if (m > 0) {
          to_write[replies] = i;
          lengths[replies++] = m;
        }
      }
    }
    wanted = frames == wanted ? wanted + 1 + wanted / 4 : frames > 0 ? frames : wanted / 2;
    wanted = wanted < 1 ? 1 : wanted > EXCHANGE ? EXCHANGE : wanted;
    if (frames == 0) {
      await(fd);
    }
  }
#else
  (void)fd;
  die(3, "built without liburing");
#endif
}

int main(int argc, char **argv) {
  const char *tap = NULL, *ip = NULL, *mac = NULL, *mode = NULL, *counter = NULL;
  for (int i = 1; i + 1 < argc; i += 2) {
    const char **to = !strcmp(argv[i], "--tap")       ? &tap
                      : !strcmp(argv[i], "--ip")      ? &ip
                      : !strcmp(argv[i], "--mac")     ? &mac
                      : !strcmp(argv[i], "--mode")    ? &mode
                      : !strcmp(argv[i], "--counter") ? &counter
                                                      : NULL;
    if (to == NULL) {
      die(2, "unknown option %s", argv[i]);
    }
    *to = argv[i + 1];
  }
  if (!tap || !ip || !mac || !mode || !counter) {
    die(2, "usage: reflector --tap NAME --ip ADDR --mac MAC --mode blocking|drain|uring|exchange --counter FILE");
  }
  our_ip = parse_ip(ip);
  parse_mac(mac, our_mac);
  answered = open_counter(counter);
  void (*run)(int) = !strcmp(mode, "blocking") ? blocking
                     : !strcmp(mode, "drain")  ? drained
                     : !strcmp(mode, "uring")  ? uring
                                               : exchange;
  int fd = open_tap(tap, run == blocking ? 0 : O_NONBLOCK);
  puts("ready");
  fflush(stdout);
  run(fd);
}

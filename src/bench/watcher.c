// Watches a Skiff as people do: scrapes its metrics, asks its control socket for counters, follows its log.
//
//   watcher --http ADDR:PORT --socket PATH [--every-ms MS]
//
// Both once a second, one after the other, in one process that does nothing else, so that what is measured is the cost
// of being watched and not that of starting programs. It says "ready" and waits: SIGUSR1 has it go on, for the first
// time FIRST_MS later, and SIGUSR2 has it pause, once it has what it asked for. The log is followed all the time.
//
// SIGTERM ends it: what it asked for and got, members of a JSON object in one line. Exit code 0; 1 if something could
// not be had, with a line on standard error for the first time; 2 for a mistake of usage.
#include "frames.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

enum { FIRST_MS = 200, PATIENCE_S = 5, ROOM = 1 << 20 };

static const uint64_t NS_PER_MS = 1000000;
static const char SCRAPE[] = "GET /metrics HTTP/1.1\r\nHost: skiff\r\nAccept: text/plain;version=0.0.4\r\nConnection: close\r\n\r\n";
static const char STAT[] = "{\"v\":1,\"cmd\":\"stat\"}\n";
static const char LOG[] = "{\"v\":1,\"cmd\":\"log\",\"count\":0,\"follow\":true,\"level\":\"trace\"}\n";

static volatile sig_atomic_t ended, going, resumed;
static uint64_t scrapes, answers, log_lines, failed, scraped_bytes, longest_ns;
static char buffer[ROOM + 1];

static void on_signal(int signal) {
  ended |= signal == SIGTERM || signal == SIGINT;
  going = resumed = signal == SIGUSR1;
}

static uint64_t now_ns(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (uint64_t)t.tv_sec * 1000 * NS_PER_MS + (uint64_t)t.tv_nsec;
}

static void complain(const char *what) {
  if (failed++ == 0) {
    fprintf(stderr, "watcher: %s\n", what);
  }
}

static int connected(const struct sockaddr *address, socklen_t size) {
  int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct timeval patience = {.tv_sec = PATIENCE_S};
  if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0
      && setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) == 0
      && connect(fd, address, size) == 0) {
    return fd;
  }
  if (fd >= 0) {
    close(fd);
  }
  return -1;
}

// Sends a request and reads until the end, or until the first line ends: how much, or -1.
static ssize_t ask(int fd, const char *request, size_t length, bool one_line) {
  if (send(fd, request, length, MSG_NOSIGNAL) != (ssize_t)length) {
    return -1;
  }
  size_t got = 0;
  for (;;) {
    ssize_t n = read(fd, buffer + got, ROOM - got);
    if (n < 0 && errno == EINTR) {
      continue;
    }
    if (n < 0 || (n == 0 && one_line)) {
      return -1;
    }
    got += (size_t)n;
    buffer[got] = 0;
    if (n == 0 || got == ROOM || (one_line && buffer[got - 1] == '\n')) {
      return (ssize_t)got;
    }
  }
}

static void scrape(const struct sockaddr_in *http) {
  int fd = connected((const struct sockaddr *)http, sizeof *http);
  ssize_t n = fd < 0 ? -1 : ask(fd, SCRAPE, sizeof SCRAPE - 1, false);
  if (n > 0 && !strncmp(buffer, "HTTP/1.1 200 ", 13) && strstr(buffer, "\nskiff_icmp_out_echo_reps_total ")) {
    scrapes++;
    scraped_bytes = (uint64_t)n;
  } else {
    complain("no metrics");
  }
  if (fd >= 0) {
    close(fd);
  }
}

// In the pauses the daemon may have closed a connection on which nothing was said: so there are two attempts.
static void ask_stat(int *fd, const struct sockaddr_un *path) {
  for (int attempt = *fd < 0; attempt < 2; attempt++) {
    if (*fd < 0) {
      *fd = connected((const struct sockaddr *)path, sizeof *path);
    }
    if (*fd >= 0 && ask(*fd, STAT, sizeof STAT - 1, true) > 0 && strstr(buffer, "\"OutEchoReps\"")) {
      answers++;
      return;
    }
    if (*fd >= 0) {
      close(*fd);
      *fd = -1;
    }
  }
  complain("no counters from the control socket");
}

// Begins to follow the log: the descriptor, or -1 where there is none.
static int follow(const struct sockaddr_un *path) {
  int fd = connected((const struct sockaddr *)path, sizeof *path);
  if (fd >= 0 && ask(fd, LOG, sizeof LOG - 1, true) > 0 && strstr(buffer, "\"ok\":true")) {
    return fd;
  }
  complain("no log to follow");
  if (fd >= 0) {
    close(fd);
  }
  return -1;
}

static void take_log(int *fd) {
  ssize_t n = recv(*fd, buffer, ROOM, MSG_DONTWAIT);
  for (ssize_t i = 0; i < n; i++) {
    log_lines += buffer[i] == '\n';
  }
  if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
    complain("the log has ended");
    close(*fd);
    *fd = -1;
  }
}

static void parse_http(const char *text, struct sockaddr_in *http) {
  char host[16];
  const char *colon = strrchr(text, ':');
  if (colon == NULL || (size_t)(colon - text) >= sizeof host) {
    die(2, "watcher: --http %s: give ADDR:PORT", text);
  }
  snprintf(host, sizeof host, "%.*s", (int)(colon - text), text);
  http->sin_family = AF_INET;
  http->sin_addr.s_addr = htonl(parse_ip(host));
  http->sin_port = htons((uint16_t)parse_number("--http", colon + 1, 1, 65535));
}

int main(int argc, char **argv) {
  struct sockaddr_in http = {0};
  struct sockaddr_un path = {.sun_family = AF_UNIX};
  long every_ms = 1000;
  for (int i = 1; i < argc; i += 2) {
    const char *o = argv[i], *v = i + 1 < argc ? argv[i + 1] : NULL;
    if (v == NULL) {
      die(2, "watcher: %s needs a value", o);
    }
    if (!strcmp(o, "--http")) {
      parse_http(v, &http);
    } else if (!strcmp(o, "--socket") && strlen(v) < sizeof path.sun_path) {
      memcpy(path.sun_path, v, strlen(v) + 1);
    } else if (!strcmp(o, "--every-ms")) {
      every_ms = parse_number(o, v, 1, 3600000);
    } else {
      die(2, "watcher: unknown option %s, or its value is too long", o);
    }
  }
  if (!http.sin_port || !*path.sun_path) {
    die(2, "usage: watcher --http ADDR:PORT --socket PATH [--every-ms MS]");
  }
  struct sigaction action = {.sa_handler = on_signal};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGUSR1, &action, NULL);
  sigaction(SIGUSR2, &action, NULL);

  struct pollfd log = {.fd = follow(&path), .events = POLLIN};
  bool followed = log.fd >= 0;
  int control = -1;
  uint64_t every_ns = (uint64_t)every_ms * NS_PER_MS, next = 0;
  // A signal between a look at these and the wait for the log would be overlooked: they come in the wait alone.
  sigset_t all, none;
  sigfillset(&all);
  sigemptyset(&none);
  sigprocmask(SIG_BLOCK, &all, NULL);
  puts("ready");
  fflush(stdout);
  while (!ended) {
    uint64_t now = now_ns(CLOCK_MONOTONIC);
    if (resumed) {
      resumed = 0;
      next = now + FIRST_MS * NS_PER_MS;
    }
    if (going && now >= next) {
      scrape(&http);
      ask_stat(&control, &path);
      uint64_t took = now_ns(CLOCK_MONOTONIC) - now;
      longest_ns = took > longest_ns ? took : longest_ns;
      now = now_ns(CLOCK_MONOTONIC);
      next = next + every_ns > now ? next + every_ns : now;
    }
    uint64_t left = next > now ? next - now : 0;
    struct timespec wait = {.tv_sec = (time_t)(left / 1000 / NS_PER_MS), .tv_nsec = (long)(left % (1000 * NS_PER_MS))};
    if (ppoll(&log, 1, going ? &wait : NULL, &none) > 0) {
      take_log(&log.fd);
    }
  }
  printf("\"scrapes\":%lu,\"scraped_bytes\":%lu,\"answers\":%lu,\"log\":%s,\"log_lines\":%lu,\"failed\":%lu,"
         "\"longest_ms\":%.3f,\"cpu_ms\":%.3f\n",
         scrapes, scraped_bytes, answers, followed ? "true" : "false", log_lines, failed, (double)longest_ns / 1e6,
         (double)now_ns(CLOCK_PROCESS_CPUTIME_ID) / 1e6);
  return failed > 0;
}

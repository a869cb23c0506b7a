// lwIP on a TAP, from Debian's package: its own etharp, ip4 and icmp, driven by one loop that polls, drains and hands
// each frame to ethernet_input under the core lock, as lwIP asks of a driver that does not go through its mailbox.
//
//   lwip_peer --tap NAME --ip ADDR --mac MAC --counter FILE
//
// It prints "ready" and runs until it is killed. FILE holds how many echo replies lwIP has handed to the TAP.
#include "frames.h"

#include <poll.h>

#include <lwip/etharp.h>
#include <lwip/netif.h>
#include <lwip/tcpip.h>
#include <netif/ethernet.h>

enum { BURST = 64 };

static volatile uint64_t *answered;
static int tap_fd;
static uint8_t mac[6];
static uint8_t in[2048], out[2048];

static err_t link_output(struct netif *netif, struct pbuf *p) {
  (void)netif;
  uint16_t n = pbuf_copy_partial(p, out, sizeof out, 0);
  if (n >= ETH_HLEN_ + IP_HLEN + ICMP_HLEN && get16(out + 12) == TYPE_IP && out[ETH_HLEN_ + 9] == PROTO_ICMP
      && out[ETH_HLEN_ + IP_HLEN] == ECHO_REPLY) {
    ++*answered;
  }
  if (n < MIN_FRAME) {
    memset(out + n, 0, MIN_FRAME - n);
    n = MIN_FRAME;
  }
  return write(tap_fd, out, n) == n ? ERR_OK : ERR_IF;
}

static err_t init(struct netif *netif) {
  netif->name[0] = 't';
  netif->name[1] = 'p';
  netif->mtu = 1500;
  netif->hwaddr_len = 6;
  memcpy(netif->hwaddr, mac, 6);
  netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_LINK_UP;
  netif->output = etharp_output;
  netif->linkoutput = link_output;
  return ERR_OK;
}

static void receive(struct netif *netif) {
  for (int i = 0; i < BURST; i++) {
    ssize_t n = read(tap_fd, in, sizeof in);
    if (n < 0 && errno == EAGAIN) {
      return;
    }
    if (n < 0) {
      die(1, "read: %s", strerror(errno));
    }
    struct pbuf *p = pbuf_alloc(PBUF_RAW, (uint16_t)n, PBUF_POOL);
    if (p == NULL) {
      die(1, "lwIP has no buffer");
    }
    pbuf_take(p, in, (uint16_t)n);
    if (netif->input(p, netif) != ERR_OK) {
      pbuf_free(p);
    }
  }
}

int main(int argc, char **argv) {
  const char *tap = NULL, *ip = NULL, *mac_text = NULL, *counter = NULL;
  for (int i = 1; i + 1 < argc; i += 2) {
    const char **to = !strcmp(argv[i], "--tap")       ? &tap
                      : !strcmp(argv[i], "--ip")      ? &ip
                      : !strcmp(argv[i], "--mac")     ? &mac_text
                      : !strcmp(argv[i], "--counter") ? &counter
                                                      : NULL;
    if (to == NULL) {
      die(2, "unknown option %s", argv[i]);
    }
    *to = argv[i + 1];
  }
  if (!tap || !ip || !mac_text || !counter) {
    die(2, "usage: lwip_peer --tap NAME --ip ADDR --mac MAC --counter FILE");
  }
  parse_mac(mac_text, mac);
  answered = open_counter(counter);
  tap_fd = open_tap(tap, O_NONBLOCK);

  static struct netif netif;
  ip4_addr_t address, mask, gateway;
  ip4_addr_set_u32(&address, htonl(parse_ip(ip)));
  IP4_ADDR(&mask, 255, 255, 255, 0);
  ip4_addr_set_zero(&gateway);
  tcpip_init(NULL, NULL); // The thread that it starts runs lwIP's timers alone.
  LOCK_TCPIP_CORE();
  if (netif_add(&netif, &address, &mask, &gateway, NULL, init, ethernet_input) == NULL) {
    die(1, "lwIP: netif_add failed");
  }
  netif_set_up(&netif);
  UNLOCK_TCPIP_CORE();
  puts("ready");
  fflush(stdout);
  for (struct pollfd p = {.fd = tap_fd, .events = POLLIN};;) {
    if (poll(&p, 1, -1) < 0 && errno != EINTR) {
      die(1, "poll: %s", strerror(errno));
    }
    LOCK_TCPIP_CORE();
    receive(&netif);
    UNLOCK_TCPIP_CORE();
  }
}

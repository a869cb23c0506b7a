package dev.skiff.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MetricNameTest {
  @ParameterizedTest
  @CsvSource({
    "InReceives,in_receives",
    "ReasmOKs,reasm_oks",
    "FragOKs,frag_oks",
    "DefaultTTL,default_ttl",
    "IpExt,ip_ext",
    "OutRateLimitGlobal,out_rate_limit_global",
    "arp_cache,arp_cache",
    "hh_hits,hh_hits",
  })
  void aCountersNameIsInLowerCaseWithUnderscores(String name, String snake) {
    assertEquals(snake, MetricName.snake(name));
  }

  @ParameterizedTest
  @CsvSource({
    "rx_bytes,receive_bytes",
    "tx_dropped,transmit_dropped",
    "rx_length_errors,receive_length_errors",
    "multicast,receive_multicast",
  })
  void aDevicesCountersSayReceiveAndTransmit(String name, String metric) {
    assertEquals(metric, MetricName.device(name));
  }
}

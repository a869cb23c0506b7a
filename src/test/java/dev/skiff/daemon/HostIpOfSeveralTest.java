package dev.skiff.daemon;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The host's address beside several of ours. */
class HostIpOfSeveralTest {
  @Test
  void theHostCannotHaveOneOfOurOtherAddresses() {
    assertThrows(
        IllegalArgumentException.class,
        () -> DeviceSpec.parse("tap=t,ip=198.51.100.2/24+198.51.100.1/24,host-ip=198.51.100.1/24"));
  }

  @Test
  void theHostMayBeInTheNetworkOfAnyOfThem() {
    assertDoesNotThrow(
        () -> DeviceSpec.parse("tap=t,ip=198.51.100.2/24+203.0.113.2/24,host-ip=203.0.113.1/24"));
  }

  /** What comes from there would be dropped for ARP_INVALID_SOURCE. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "ip=198.51.100.6/29,host-ip=198.51.100.7/24",
        "ip=198.51.100.9/29+198.51.100.2/24,host-ip=198.51.100.15/24",
        "ip=198.51.100.7/24,host-ip=198.51.100.6/29"
      })
  void noneOfTheTwoHasTheBroadcastAddressOfTheOthersNetwork(String addresses) {
    assertThrows(IllegalArgumentException.class, () -> DeviceSpec.parse("tap=t," + addresses));
  }
}

package dev.skiff.container;

import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.Network.Ipam;
import java.util.Map;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;

/**
 * A network of containers whose addresses are known beforehand, and that leads nowhere else. Its
 * prefix is one of those for benchmarks (RFC 2544).
 */
final class Wire implements AutoCloseable {
  private static final int MOST_TRIES = 20;

  /** Of 198.18.0.0 to 198.18.199.0; scripts/ensure-docker's engine has one above those itself. */
  private static final int NETWORKS = 200;

  private final Network network;
  private final String prefix;

  private Wire(Network network, String prefix) {
    this.network = network;
    this.prefix = prefix;
  }

  /** Makes one, with a prefix that no other network of the engine has. */
  static Wire create() {
    int first = (int) (ProcessHandle.current().pid() % NETWORKS);
    for (int i = 0; ; i++) {
      String prefix = "198.18." + (first + i) % NETWORKS + ".";
      Network network =
          Network.builder()
              .createNetworkCmdModifier(
                  cmd ->
                      cmd.withInternal(true)
                          .withLabels(Map.of("dev.skiff.test", "container"))
                          .withIpam(
                              new Ipam().withConfig(new Ipam.Config().withSubnet(prefix + "0/24"))))
              .build();
      try {
        network.getId();
        return new Wire(network, prefix);
      } catch (DockerException e) {
        if (i == MOST_TRIES) {
          throw e;
        }
      }
    }
  }

  /** What the engine calls it. */
  String id() {
    return network.getId();
  }

  /** The address of the host of that number. */
  String address(int number) {
    return prefix + number;
  }

  /** A container that will be on it from its start. */
  void put(GenericContainer<?> container, int number) {
    container.withNetwork(network);
    container.withCreateContainerCmdModifier(cmd -> cmd.withIpv4Address(address(number)));
  }

  /** As {@code docker network disconnect} does. */
  void cutOff(GenericContainer<?> container) {
    Engine.client()
        .disconnectFromNetworkCmd()
        .withNetworkId(id())
        .withContainerId(container.getContainerId())
        .exec();
  }

  /** As {@code docker network connect --ip} does. */
  void connect(GenericContainer<?> container, int number) {
    Engine.client()
        .connectToNetworkCmd()
        .withNetworkId(id())
        .withContainerId(container.getContainerId())
        .withContainerNetwork(
            new ContainerNetwork()
                .withIpamConfig(new ContainerNetwork.Ipam().withIpv4Address(address(number))))
        .exec();
  }

  @Override
  public void close() {
    network.close();
  }
}

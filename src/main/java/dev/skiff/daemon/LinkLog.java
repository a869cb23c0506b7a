package dev.skiff.daemon;

import dev.skiff.dev.Iff;
import dev.skiff.dev.NetDevice;
import dev.skiff.dev.NetdevEvent;
import dev.skiff.dev.NetdevNotifier;
import dev.skiff.header.MacAddr;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says what happens to devices, at level INFO. Thread: the loop thread. */
final class LinkLog implements NetdevNotifier {
  private static final Logger LOG = LoggerFactory.getLogger("skiff.link");

  @Override
  public void notify(NetdevEvent event, NetDevice dev) {
    if (!LOG.isInfoEnabled()) {
      return;
    }
    switch (event) {
      case UP -> LOG.info("{}: up, mtu {}, {}", dev.name(), dev.mtu(), carrier(dev));
      case DOWN -> LOG.info("{}: down", dev.name());
      case CHANGE -> LOG.info("{}: {}", dev.name(), carrier(dev));
      case CHANGEMTU -> LOG.info("{}: mtu {}", dev.name(), dev.mtu());
      case CHANGEADDR -> LOG.info("{}: address {}", dev.name(), MacAddr.format(dev.macAddress()));
      case CHANGEINET -> LOG.info("{}: inet {}", dev.name(), inet(dev));
      case REGISTER, GOING_DOWN, UNREGISTER -> {}
    }
  }

  private static String inet(NetDevice dev) {
    List<String> all = dev.inDev().addresses().stream().map(one -> one.local() + "").toList();
    return all.isEmpty() ? "none" : String.join(" ", all);
  }

  private static String carrier(NetDevice dev) {
    return (dev.flags() & Iff.RUNNING) != 0 ? "carrier" : "no carrier";
  }
}

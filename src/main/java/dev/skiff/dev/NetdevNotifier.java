package dev.skiff.dev;

/** {@code struct notifier_block}: told of what happens to devices. Thread: the loop thread. */
@FunctionalInterface
public interface NetdevNotifier {
  /** Something has happened to a device, or for {@code GOING_DOWN} is about to. */
  void notify(NetdevEvent event, NetDevice dev);
}

package dev.skiff.dev;

import dev.skiff.skb.SkBuff;
import dev.skiff.wire.Wire;
import java.io.IOException;

/** A wire that does what another does, for a test that changes one thing of it. */
class ForwardingWire implements Wire {
  private final Wire wire;

  ForwardingWire(Wire wire) {
    this.wire = wire;
  }

  @Override
  public void open() throws IOException {
    wire.open();
  }

  @Override
  public void stop(Completion completion) {
    wire.stop(completion);
  }

  @Override
  public Rx receive(SkBuff skb, long nowNs) {
    return wire.receive(skb, nowNs);
  }

  @Override
  public Xmit queue(SkBuff skb, long nowNs) {
    return wire.queue(skb, nowNs);
  }

  @Override
  public void flush(long nowNs, Completion completion) {
    wire.flush(nowNs, completion);
  }

  @Override
  public boolean isBlocked() {
    return wire.isBlocked();
  }

  @Override
  public int pollFd() {
    return wire.pollFd();
  }

  @Override
  public boolean hasCarrier() {
    return wire.hasCarrier();
  }

  @Override
  public int farMtu() {
    return wire.farMtu();
  }

  @Override
  public void lookAtLink() {
    wire.lookAtLink();
  }

  @Override
  public String failure() {
    return wire.failure();
  }

  @Override
  public void close(Completion completion) {
    wire.close(completion);
  }
}

package dev.skiff.stack;

import dev.skiff.skb.SkBuffPool;

/** The counters of a pool of packet buffers. */
public enum PoolStat {
  TAKEN("taken", "Buffers taken from the pool."),
  FREED("freed", "Buffers given back to it."),
  FAILED("failed", "Buffers that it could not give."),
  CLONED("cloned", "Buffers taken that share another's bytes."),
  UNSHARED("unshared", "Buffers that got bytes of their own later."),
  POOL_BYTES("pool_bytes", "Bytes of memory that it has taken so far.");

  private final String statName;
  private final String text;

  PoolStat(String statName, String text) {
    this.statName = statName;
    this.text = text;
  }

  /** The name that people see. */
  public String statName() {
    return statName;
  }

  /** What it counts, in one sentence. */
  public String text() {
    return text;
  }

  long of(SkBuffPool pool) {
    return switch (this) {
      case TAKEN -> pool.taken();
      case FREED -> pool.freed();
      case FAILED -> pool.failed();
      case CLONED -> pool.cloned();
      case UNSHARED -> pool.unshared();
      case POOL_BYTES -> pool.bytes();
    };
  }
}

package dev.skiff.trace;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file on a disk with room for so many bytes: as the kernel does, it takes what fits first. */
final class LimitedFile extends FileChannel {
  static final String FULL = "No space left on device";

  private final FileChannel file;
  private long room;
  boolean isPipe;

  LimitedFile(Path path, long room) throws IOException {
    this.room = room;
    file = FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
  }

  @Override
  public int write(ByteBuffer bytes) throws IOException {
    if (room == 0) {
      throw new IOException(FULL);
    }
    // In small pieces, so that the caller must come again.
    int n = (int) Math.min(Math.min(bytes.remaining(), 50_000), room);
    ByteBuffer part = bytes.slice(bytes.position(), n);
    while (part.hasRemaining()) {
      var _ = file.write(part);
    }
    bytes.position(bytes.position() + n);
    room -= n;
    return n;
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    if (isPipe) {
      throw new IOException("Illegal seek");
    }
    file.truncate(size);
    return this;
  }

  @Override
  protected void implCloseChannel() throws IOException {
    file.close();
  }

  // ---- Not used ---------------------------------------------------------------------------------

  private static UnsupportedOperationException unused() {
    return new UnsupportedOperationException();
  }

  @Override
  public long write(ByteBuffer[] bytes, int offset, int length) {
    throw unused();
  }

  @Override
  public int write(ByteBuffer bytes, long position) {
    throw unused();
  }

  @Override
  public int read(ByteBuffer bytes) {
    throw unused();
  }

  @Override
  public long read(ByteBuffer[] bytes, int offset, int length) {
    throw unused();
  }

  @Override
  public int read(ByteBuffer bytes, long position) {
    throw unused();
  }

  @Override
  public long position() {
    throw unused();
  }

  @Override
  public FileChannel position(long position) {
    throw unused();
  }

  @Override
  public long size() {
    throw unused();
  }

  @Override
  public void force(boolean metaData) {
    throw unused();
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) {
    throw unused();
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long position, long count) {
    throw unused();
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) {
    throw unused();
  }

  @Override
  public FileLock lock(long position, long size, boolean shared) {
    throw unused();
  }

  @Override
  public FileLock tryLock(long position, long size, boolean shared) {
    throw unused();
  }
}

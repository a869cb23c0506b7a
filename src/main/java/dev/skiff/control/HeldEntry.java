package dev.skiff.control;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.ClosedDirectoryStreamException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file or directory that is ours to remove, found again by its directory, which is held open:
 * {@code unlinkat(2)}. Who has become another user since may not be able to walk the way there any
 * more; in the directory itself it must still be able to write. Any thread.
 */
public final class HeldEntry implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(HeldEntry.class);

  private final Path path;
  private final Path name;
  private final boolean isDirectory;
  private final @Nullable SecureDirectoryStream<Path> in;

  private HeldEntry(
      Path path, Path name, boolean isDirectory, @Nullable SecureDirectoryStream<Path> in) {
    this.path = path;
    this.name = name;
    this.isDirectory = isDirectory;
    this.in = in;
  }

  /**
   * What is there now at {@code path}.
   *
   * @throws IOException if its directory cannot be opened
   */
  @SuppressWarnings("StreamResourceLeak") // It is what is held.
  public static HeldEntry of(Path path) throws IOException {
    Path whole = path.toAbsolutePath();
    Path directory = whole.getParent();
    Path name = whole.getFileName();
    if (directory == null || name == null) {
      throw new IOException(path + " is in no directory");
    }
    DirectoryStream<Path> in = Files.newDirectoryStream(directory);
    boolean isDirectory = Files.isDirectory(whole, LinkOption.NOFOLLOW_LINKS);
    if (in instanceof SecureDirectoryStream<Path> held) {
      return new HeldEntry(path, name, isDirectory, held);
    }
    in.close();
    return new HeldEntry(path, name, isDirectory, null);
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  /**
   * Gives it to a user and a group: {@code lchown(2)}.
   *
   * @throws IOException if that is not permitted
   */
  public void giveTo(int uid, int gid) throws IOException {
    Files.setAttribute(path, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
    Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Removes it, if it is still there, and lets go of its directory. A directory that has somebody
   * else's file by now stays; what we may not remove is named, with the command that does it.
   */
  public void remove() {
    try {
      delete();
    } catch (NoSuchFileException e) {
      LOG.debug("{} is gone already", path);
    } catch (DirectoryNotEmptyException e) {
      LOG.debug("{} has somebody else's file by now", path);
    } catch (ClosedDirectoryStreamException e) {
      LOG.debug("{} was removed before", path);
    } catch (AccessDeniedException e) {
      left("permission denied");
    } catch (FileSystemException e) {
      left(e.getReason() == null ? e.toString() : e.getReason());
    } catch (IOException e) {
      left(e.toString());
    }
    close();
  }

  private void delete() throws IOException {
    if (in == null) {
      Files.delete(path);
    } else if (isDirectory) {
      in.deleteDirectory(name);
    } else {
      in.deleteFile(name);
    }
  }

  private void left(String why) {
    LOG.warn(
        "{} is left behind ({}); to remove it: {} '{}'",
        path,
        why,
        isDirectory ? "rmdir" : "rm",
        path);
  }

  /** Lets go of the directory; it cannot be removed after that. */
  @Override
  public void close() {
    try {
      if (in != null) {
        in.close();
      }
    } catch (IOException e) {
      LOG.debug("the directory of {}", path, e);
    }
  }
}

package dev.skiff.sys;

/** Users and groups, by name or by number. Any thread, one at a time. */
public final class Accounts {
  private static final long NOBODY = 0xFFFF_FFFFL;

  private Accounts() {}

  /**
   * The number of a user.
   *
   * @param user a name, or a number from 0 to 4,294,967,294
   * @return the number as the kernel's 32 bits
   * @throws SysException with one line, if there is no user of the name
   */
  public static int user(String user) throws SysException {
    return number("user", user, Sys::userId);
  }

  /**
   * The number of a group.
   *
   * @param group a name, or a number from 0 to 4,294,967,294
   * @return the number as the kernel's 32 bits
   * @throws SysException with one line, if there is no group of the name
   */
  public static int group(String group) throws SysException {
    return number("group", group, Sys::groupId);
  }

  /**
   * The number of a user, if there is one of the name.
   *
   * @return the number as the kernel's 32 bits, or -1, which is nobody's
   */
  public static int userIfThere(String name) {
    return (int) Sys.userId(name);
  }

  /** The name of a user: of one without an account its number, without a sign. */
  public static String userName(int uid) {
    String name = Sys.userName(uid);
    return name == null ? Integer.toUnsignedString(uid) : name;
  }

  /** The number of a user's own group: of one without an account the same number. */
  public static int groupOf(int uid) {
    long gid = Sys.groupOfUser(uid);
    return gid < 0 ? uid : (int) gid;
  }

  private static int number(
      String kind, String text, java.util.function.ToLongFunction<String> byName)
      throws SysException {
    boolean digits = !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    // Names first, as chown(1) does: one of digits alone may be somebody's.
    long id = text.isEmpty() ? -1 : byName.applyAsLong(text);
    if (id < 0 && digits && text.length() <= 10) {
      id = Long.parseLong(text);
    }
    // 2^32-1 is -1 to the kernel: nobody in particular.
    if (id < 0 || id >= NOBODY) {
      throw new SysException(
          "there is no " + kind + " '" + text + "': give a name or a number", Errno.ENOENT);
    }
    return (int) id;
  }
}

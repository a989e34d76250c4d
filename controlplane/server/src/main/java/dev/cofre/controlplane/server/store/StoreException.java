package dev.cofre.controlplane.server.store;

import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;

/** The database refused or could not be reached. The message is one line without secrets. */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What to make of it. */
  public enum Kind {
    /** It cannot be reached, or cannot write: it may come back. */
    AWAY,
    /** It was waited for too long, or two changes met: the same may succeed now. */
    BUSY,
    /** It refused what it was asked: a fault of this program or of its data. */
    FAULT
  }

  /**
   * H2's codes of the file system and of a database that has closed itself: 90028 and 90031 I/O,
   * 90067 connection broken, 90098 closed, 90121 called at its end.
   */
  private static final Set<String> H2_AWAY = Set.of("90028", "90031", "90067", "90098", "90121");

  /** H2's codes of a damaged file: 90030 corrupted, 90048 and 90049 format, HY000 any other. */
  private static final Set<String> H2_DAMAGED = Set.of("90030", "90048", "90049", "HY000");

  private static final Set<String> BUSY = Set.of("40001", "40P01", "55P03", "HYT00");

  private final Kind kind;

  StoreException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** What a database said, by its SQL state. */
  static StoreException of(Throwable failure) {
    Kind kind = kind(state(failure));
    return new StoreException(kind, "the store failed: " + firstLine(failure), failure);
  }

  /** It is known to be away, and nobody asked it. */
  static StoreException away() {
    return new StoreException(Kind.AWAY, "the store cannot be reached", null);
  }

  /** What it holds cannot be read. */
  static StoreException unreadable(Throwable cause) {
    return new StoreException(Kind.FAULT, "a stored snapshot revision cannot be read", cause);
  }

  /** It cannot be opened at the start. */
  static StoreException notOpened(String url, Throwable failure) {
    String state = state(failure);
    boolean damaged = url.startsWith("jdbc:h2:") && H2_DAMAGED.contains(state);
    return new StoreException(
        kind(state),
        "the store "
            + url
            + (damaged
                ? " is damaged; restore its file from a copy (docs/OPERATIONS.md, \"Store damaged\"): "
                : " cannot be opened, check store.url, store.user and that no other process has it: ")
            + firstLine(failure),
        failure);
  }

  /** It opens, but is older than what was committed to it. */
  static StoreException rolledBack(String url, Path mark, String found, String committed) {
    return new StoreException(
        Kind.FAULT,
        "the store "
            + url
            + " is damaged or an older copy: it is at revision "
            + found
            + " and was at "
            + committed
            + "; restore the newest copy, and only when that is it remove "
            + mark
            + " (docs/OPERATIONS.md, \"Store damaged\")",
        null);
  }

  /** Whether a library failed because the database cannot be reached, or does not answer. */
  public static boolean isAway(Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof SQLTransientConnectionException) {
        return true;
      }
    }
    String state = state(failure);
    return !state.isEmpty() && kind(state) == Kind.AWAY;
  }

  /** What to make of it. */
  public Kind kind() {
    return kind;
  }

  private static Kind kind(String state) {
    if (BUSY.contains(state)) {
      return Kind.BUSY;
    }
    boolean refused =
        state.startsWith("22")
            || state.startsWith("23")
            || state.startsWith("42")
            || state.equals("HYC00")
            || (state.startsWith("9") && !H2_AWAY.contains(state));
    return refused ? Kind.FAULT : Kind.AWAY;
  }

  /** The SQL state of the innermost cause that has one; empty when none has. */
  private static String state(Throwable failure) {
    String state = "";
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof SQLException sql && sql.getSQLState() != null) {
        state = sql.getSQLState();
      }
    }
    return state;
  }

  private static String firstLine(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message =
        root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    return message.lines().filter(line -> !line.isBlank()).findFirst().orElse("");
  }
}

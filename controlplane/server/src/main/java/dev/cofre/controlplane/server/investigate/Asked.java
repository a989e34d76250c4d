package dev.cofre.controlplane.server.investigate;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.RecordFields.Value;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What is investigated, and when. Immutable.
 *
 * @param name as it was asked for
 * @param values an event is about it when it has one of these, all of one field
 * @param fromNs not older, nanoseconds since 1970
 * @param toNs not newer
 * @param rowsMax how many rows of each table are told
 */
public record Asked(
    Kind kind, String name, List<Value> values, long fromNs, long toNs, int rowsMax) {
  private static final String KEY_ACTS = "key:";

  /** Reads of a secret and acts on it; reads of its rotation; answers to its leak. */
  private static final List<String> SECRET_ACTS =
      List.of("secret:", "secret-rotation:", "incident:");

  private static final Pattern ID =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

  /** What it can be about. */
  public enum Kind {
    KEY,
    PRINCIPAL,
    ADDRESS,
    SECRET
  }

  /** Takes a copy. */
  public Asked {
    values = List.copyOf(values);
  }

  /**
   * Whether {@code event}, which has one of the values, is about it. Acts of management on anything
   * name what they are about, so a secret, group or policy may have the name of the key: by its
   * name an event is about a key only when it asks for a use or is an act on keys.
   */
  boolean isAbout(AuditEvent event) {
    if (kind == Kind.SECRET) {
      return SECRET_ACTS.stream().anyMatch(event.action()::startsWith);
    }
    return kind != Kind.KEY
        || event.key() == null
        || isId(event.key())
        || Happened.isUse(event.action())
        || event.action().startsWith(KEY_ACTS);
  }

  private static boolean isId(String name) {
    return ID.matcher(name).matches();
  }

  /** The begin of the time before, as long as the one that is asked for. */
  long baselineFromNs() {
    long lengthNs = toNs - fromNs + 1;
    return fromNs < Long.MIN_VALUE + lengthNs ? Long.MIN_VALUE : fromNs - lengthNs;
  }
}

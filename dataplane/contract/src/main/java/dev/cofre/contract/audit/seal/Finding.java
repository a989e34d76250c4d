package dev.cofre.contract.audit.seal;

import java.util.Locale;

/**
 * Something that is not as it was sealed. Immutable.
 *
 * @param index of the record among all of the chain; -1 when it is about none
 * @param place the file, and the byte where it is known
 * @param message what is wrong, for people
 */
public record Finding(Kind kind, long index, String place, String message) {
  /** What can be wrong. */
  public enum Kind {
    /** A record is not the one that was sealed. */
    CHANGED,
    /** A record that was sealed is not there. */
    DROPPED,
    /** A record is there that was never sealed, in front of others that were. */
    INSERTED,
    /** A record stands at another place than it was sealed at. */
    MOVED,
    /** The log ends before a head that was signed. */
    CUT,
    /** Records are not those of a signed head, and nothing says which. */
    UNPROVEN,
    /** Records are missing between, or in front of, those that are there. */
    GAP,
    /** Bytes that are no record, where only records or zeros are written. */
    DAMAGED,
    /** A head that is not signed by the key, or of another log. */
    HEAD,
    /** What lies beside the records does not agree with them and the heads. */
    SEAL,
    /** The record of a removal is not signed by the key of removals, or does not fit. */
    REMOVAL
  }

  @Override
  public String toString() {
    return kind.name().toLowerCase(Locale.ROOT)
        + (index < 0 ? "" : " event " + index)
        + (place.isEmpty() ? "" : " (" + place + ")")
        + ": "
        + message;
  }
}

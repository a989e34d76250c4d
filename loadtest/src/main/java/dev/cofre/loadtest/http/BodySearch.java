package dev.cofre.loadtest.http;

import java.nio.ByteBuffer;

/** Looks for bytes in a body that comes in parts. Not thread-safe. */
final class BodySearch {
  private final byte[] wanted;
  private final int[] fallback;
  private int matched;

  /** For {@code wanted}, by the method of Knuth, Morris and Pratt. */
  BodySearch(byte[] wanted) {
    this.wanted = wanted;
    this.fallback = new int[wanted.length];
    int prefix = 0;
    for (int i = 1; i < wanted.length; i++) {
      while (prefix > 0 && wanted[i] != wanted[prefix]) {
        prefix = fallback[prefix - 1];
      }
      prefix += wanted[i] == wanted[prefix] ? 1 : 0;
      fallback[i] = prefix;
    }
  }

  /** Takes the next part; whether the wanted bytes were seen in all parts so far. */
  boolean found(ByteBuffer part) {
    for (int i = part.position(); i < part.limit() && matched < wanted.length; i++) {
      byte next = part.get(i);
      while (matched > 0 && next != wanted[matched]) {
        matched = fallback[matched - 1];
      }
      matched += next == wanted[matched] ? 1 : 0;
    }
    return matched == wanted.length;
  }
}

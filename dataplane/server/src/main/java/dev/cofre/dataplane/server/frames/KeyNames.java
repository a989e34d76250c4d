package dev.cofre.dataplane.server.frames;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Names of keys as they stand in frames, as texts, without making a text for each frame. Not
 * thread-safe: one per event loop.
 *
 * <p>A table of {@value #PLACES} places in which a newer name takes an older one's: bounded
 * whatever names come. Each place also remembers in which group of the present run the name is.
 */
final class KeyNames {
  private static final int PLACES = 256;
  private static final int PRIME = 0x01000193;

  private final Entry[] entries = new Entry[PLACES];

  /** One name. */
  static final class Entry {
    private final byte[] bytes;
    private final String text;
    private long run = -1;
    private final int[] groups = new int[2];

    Entry(byte[] bytes) {
      this.bytes = bytes;
      this.text = new String(bytes, StandardCharsets.UTF_8);
    }

    String text() {
      return text;
    }

    /** The group of {@code kind} that this name has in {@code ofRun}, or -1. */
    int group(long ofRun, int kind) {
      return run == ofRun ? groups[kind] : -1;
    }

    void group(long ofRun, int kind, int group) {
      if (run != ofRun) {
        run = ofRun;
        Arrays.fill(groups, -1);
      }
      groups[kind] = group;
    }
  }

  /** The entry of the name that stands in {@code in}. */
  Entry find(byte[] in, int offset, int length) {
    int hash = length;
    for (int i = offset; i < offset + length; i++) {
      hash = (hash ^ in[i]) * PRIME;
    }
    int place = (hash ^ hash >>> 16) & PLACES - 1;
    Entry entry = entries[place];
    if (entry == null
        || !Arrays.equals(entry.bytes, 0, entry.bytes.length, in, offset, offset + length)) {
      entry = new Entry(Arrays.copyOfRange(in, offset, offset + length));
      entries[place] = entry;
    }
    return entry;
  }
}

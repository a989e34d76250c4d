package dev.cofre.controlplane.server.archive;

import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * Which records have which digest: there may be as many digests as records or more, each with a
 * record or two, so they are chained in arrays, 24 bytes each. Not thread-safe.
 */
final class DigestPlaces {
  private static final int NONE = -1;

  private int[] heads = newHeads(64);
  private long[] hashes = new long[32];
  private int[] places = new int[32];
  private int[] next = new int[32];
  private int count;

  private static int[] newHeads(int length) {
    int[] heads = new int[length];
    Arrays.fill(heads, NONE);
    return heads;
  }

  /** The record at {@code place}, the last one so far, has a digest of {@code hash}. */
  void add(long hash, int place) {
    int head = head(hash);
    for (int i = heads[head]; i != NONE && places[i] == place; i = next[i]) {
      if (hashes[i] == hash) {
        return;
      }
    }
    if (count == hashes.length) {
      grow();
      head = head(hash);
    }
    hashes[count] = hash;
    places[count] = place;
    next[count] = heads[head];
    heads[head] = count++;
  }

  private int head(long hash) {
    return (int) hash & (heads.length - 1);
  }

  private void grow() {
    int length = 2 * count;
    hashes = Arrays.copyOf(hashes, length);
    places = Arrays.copyOf(places, length);
    next = Arrays.copyOf(next, length);
    heads = newHeads(2 * length);
    for (int i = 0; i < count; i++) {
      int head = head(hashes[i]);
      next[i] = heads[head];
      heads[head] = i;
    }
  }

  /** The places of {@code hash}, ascending. */
  IntBuffer find(long hash) {
    int found = 0;
    for (int i = heads[head(hash)]; i != NONE; i = next[i]) {
      found += hashes[i] == hash ? 1 : 0;
    }
    int[] ascending = new int[found];
    for (int i = heads[head(hash)]; i != NONE; i = next[i]) {
      if (hashes[i] == hash) {
        ascending[--found] = places[i];
      }
    }
    return IntBuffer.wrap(ascending);
  }

  /** All hashes, each as often as it was added. */
  LongStream hashes() {
    return Arrays.stream(hashes, 0, count);
  }
}

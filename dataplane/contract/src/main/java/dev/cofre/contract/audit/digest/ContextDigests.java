package dev.cofre.contract.audit.digest;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

/**
 * What an audit event holds of the values of encryption contexts: one digest of each context, one
 * of each pair whose name is indexed, and by which key. Immutable.
 */
public final class ContextDigests {
  /** The length of a digest. */
  public static final int LENGTH = HmacSha256.LENGTH;

  /**
   * The most contexts of one event: further items have further events. Pairs are at most so many
   * for each name that is indexed.
   */
  public static final int COUNT_MAX = 256;

  /** There was a context, and the node had no key to digest it with. */
  public static final ContextDigests NO_KEY =
      new ContextDigests(null, new byte[0], List.of(), new byte[0]);

  private final UUID keyId;
  private final byte[] contexts;
  private final List<String> names;
  private final byte[] pairs;

  private ContextDigests(UUID keyId, byte[] contexts, List<String> names, byte[] pairs) {
    this.keyId = keyId;
    this.contexts = contexts;
    this.names = names;
    this.pairs = pairs;
  }

  /**
   * These digests.
   *
   * @param keyId of the year's key
   * @param contexts one of each context
   * @param names of the pairs
   * @param pairs one of each name
   */
  public static ContextDigests of(
      UUID keyId, List<byte[]> contexts, List<String> names, List<byte[]> pairs) {
    if (names.size() != pairs.size()) {
      throw new IllegalArgumentException("each name has its digest");
    }
    return new ContextDigests(
        Objects.requireNonNull(keyId), joined(contexts), List.copyOf(names), joined(pairs));
  }

  private static byte[] joined(List<byte[]> digests) {
    byte[] all = new byte[digests.size() * LENGTH];
    for (int i = 0; i < digests.size(); i++) {
      if (digests.get(i).length != LENGTH) {
        throw new IllegalArgumentException("a digest has " + LENGTH + " bytes");
      }
      System.arraycopy(digests.get(i), 0, all, i * LENGTH, LENGTH);
    }
    return all;
  }

  /**
   * All of {@code parts}, each digest once; {@link #NO_KEY} when one is that, or when they are not
   * all by one key.
   */
  public static ContextDigests together(List<ContextDigests> parts) {
    if (parts.size() == 1) {
      return parts.get(0);
    }
    List<byte[]> contexts = new ArrayList<>();
    List<String> names = new ArrayList<>();
    List<byte[]> pairs = new ArrayList<>();
    Set<ByteBuffer> seen = new HashSet<>();
    for (ContextDigests part : parts) {
      if (part.isWithoutKey() || !part.keyId.equals(parts.get(0).keyId)) {
        return NO_KEY;
      }
      for (int i = 0; i < part.count(); i++) {
        byte[] digest = part.context(i);
        if (seen.add(ByteBuffer.wrap(digest))) {
          contexts.add(digest);
        }
      }
      for (int i = 0; i < part.names.size(); i++) {
        byte[] digest = part.pair(i);
        if (seen.add(ByteBuffer.wrap(digest))) {
          names.add(part.names.get(i));
          pairs.add(digest);
        }
      }
    }
    return of(parts.get(0).keyId, contexts, names, pairs);
  }

  /** Whether a context could not be digested. */
  public boolean isWithoutKey() {
    return keyId == null;
  }

  /** The id of the year's key; null without one. */
  public UUID keyId() {
    return keyId;
  }

  /** How many contexts. */
  public int count() {
    return contexts.length / LENGTH;
  }

  /** The names of the pairs, by their order; a name stands once for each of its values. */
  public List<String> names() {
    return names;
  }

  /** A copy of the digest of a context. */
  public byte[] context(int index) {
    return Arrays.copyOfRange(contexts, index * LENGTH, (index + 1) * LENGTH);
  }

  /** A copy of the digest of a pair. */
  public byte[] pair(int index) {
    return Arrays.copyOfRange(pairs, index * LENGTH, (index + 1) * LENGTH);
  }

  /** Writes all digests of contexts to {@code out} at {@code at}; returns where they end. */
  public int copyContexts(byte[] out, int at) {
    System.arraycopy(contexts, 0, out, at, contexts.length);
    return at + contexts.length;
  }

  /** Writes the digest of a pair to {@code out} at {@code at}; returns where it ends. */
  public int copyPair(int index, byte[] out, int at) {
    System.arraycopy(pairs, index * LENGTH, out, at, LENGTH);
    return at + LENGTH;
  }

  /** The digests of contexts in hexadecimal. */
  public List<String> contextTexts() {
    List<String> texts = new ArrayList<>(count());
    for (int i = 0; i < count(); i++) {
      texts.add(hex(contexts, i));
    }
    return Collections.unmodifiableList(texts);
  }

  /** {@code NAME:DIGEST} of each pair, the digest in hexadecimal: behind the last colon. */
  public List<String> pairTexts() {
    List<String> texts = new ArrayList<>(names.size());
    for (int i = 0; i < names.size(); i++) {
      texts.add(names.get(i) + ":" + hex(pairs, i));
    }
    return Collections.unmodifiableList(texts);
  }

  private static String hex(byte[] digests, int index) {
    return HexFormat.of().formatHex(digests, index * LENGTH, (index + 1) * LENGTH);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ContextDigests that
        && Objects.equals(keyId, that.keyId)
        && Arrays.equals(contexts, that.contexts)
        && names.equals(that.names)
        && Arrays.equals(pairs, that.pairs);
  }

  @Override
  public int hashCode() {
    return Objects.hash(keyId, Arrays.hashCode(contexts), names, Arrays.hashCode(pairs));
  }

  @Override
  public String toString() {
    return isWithoutKey() ? "ContextDigests[no key]" : "ContextDigests[" + contextTexts() + "]";
  }
}

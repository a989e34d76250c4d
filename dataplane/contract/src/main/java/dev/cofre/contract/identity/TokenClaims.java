package dev.cofre.contract.identity;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What an exchanged token says of its holder. Immutable.
 *
 * <pre>
 *  0         1          2         10                    18            26             34       50
 *  +---------+----------+---------+---------------------+-------------+--------------+--------+----
 *  | version | strength | epoch   | credential revision | issued at   | expires at   | id     | …
 *  | u8 = 1  | u8       | u64     | u64                 | u64 ms UTC  | u64 ms UTC   | 16 B   |
 *  +---------+----------+---------+---------------------+-------------+--------------+--------+----
 *  … | length u8 | principal, UTF-8 | length u8 | source, UTF-8 |
 * </pre>
 *
 * @param epoch the snapshot epoch in which it was made: none is valid in another one
 * @param credentialRevision the principal's, when it was made: once the principal has another one,
 *     the token is refused
 * @param id random, 16 bytes: tells two tokens apart
 * @param principal whose token it is
 * @param source the identity provider that vouched for the holder
 */
public record TokenClaims(
    long epoch,
    long credentialRevision,
    long issuedAtMs,
    long expiresAtMs,
    byte[] id,
    String principal,
    String source) {
  /** The length of {@link #id}, in bytes. */
  public static final int ID_LENGTH = 16;

  /** The longest principal or source, in bytes of UTF-8. */
  public static final int NAME_BYTES_MAX = 128;

  private static final byte VERSION = 1;

  /** An identity provider's signed token was exchanged for it. */
  private static final byte STRENGTH_JWT = 1;

  private static final int FIXED_LENGTH = 50;

  /**
   * Checks the lengths and takes copies.
   *
   * @throws IllegalArgumentException when a name or the id is of a wrong length
   */
  public TokenClaims {
    if (id.length != ID_LENGTH
        || principal.isEmpty()
        || bytes(principal).length > NAME_BYTES_MAX
        || bytes(source).length > NAME_BYTES_MAX) {
      throw new IllegalArgumentException("a name or the id of a token is of a wrong length");
    }
    id = id.clone();
  }

  @Override
  public byte[] id() {
    return id.clone();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** As bytes, the same for the same claims. */
  byte[] encoded() {
    byte[] holder = bytes(principal);
    byte[] vouching = bytes(source);
    return ByteBuffer.allocate(FIXED_LENGTH + 2 + holder.length + vouching.length)
        .put(VERSION)
        .put(STRENGTH_JWT)
        .putLong(epoch)
        .putLong(credentialRevision)
        .putLong(issuedAtMs)
        .putLong(expiresAtMs)
        .put(id)
        .put((byte) holder.length)
        .put(holder)
        .put((byte) vouching.length)
        .put(vouching)
        .array();
  }

  /** The claims that {@code encoded} is exactly, or null when it is none. */
  static TokenClaims parse(byte[] encoded) {
    ByteBuffer in = ByteBuffer.wrap(encoded);
    if (encoded.length < FIXED_LENGTH + 2 || in.get() != VERSION || in.get() != STRENGTH_JWT) {
      return null;
    }
    long epoch = in.getLong();
    long revision = in.getLong();
    long issuedAtMs = in.getLong();
    long expiresAtMs = in.getLong();
    byte[] id = new byte[ID_LENGTH];
    in.get(id);
    String principal = name(in);
    String source = principal == null ? null : name(in);
    return source == null || principal.isEmpty() || in.hasRemaining()
        ? null
        : new TokenClaims(epoch, revision, issuedAtMs, expiresAtMs, id, principal, source);
  }

  private static String name(ByteBuffer in) {
    if (!in.hasRemaining()) {
      return null;
    }
    int length = in.get() & 0xff;
    if (length > NAME_BYTES_MAX || length > in.remaining()) {
      return null;
    }
    ByteBuffer text = in.slice(in.position(), length);
    in.position(in.position() + length);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(text).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenClaims that && Arrays.equals(encoded(), that.encoded());
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(id);
  }
}

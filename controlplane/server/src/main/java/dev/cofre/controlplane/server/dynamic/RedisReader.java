package dev.cofre.controlplane.server.dynamic;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads replies of the protocol RESP2. What is read of a reply, and how deep it goes, is limited
 * before room is made for it: who answers at the address may be no Redis. Not thread-safe.
 */
final class RedisReader {
  /** The most bytes of one reply. */
  static final int REPLY_BYTES_MAX = 4 << 20;

  /** The most parts of one reply. */
  static final int PARTS_MAX = 20_000;

  private static final int DEPTH_MAX = 8;
  private static final int NUMBER_BYTES_MAX = 20;

  private final InputStream in;
  private int bytesLeft;
  private int partsLeft;

  RedisReader(InputStream in) {
    this.in = new BufferedInputStream(in);
  }

  /**
   * The next reply: a {@link String}, a {@link Long}, a {@link List} of such, or null.
   *
   * @throws RedisException when it is an error
   * @throws IOException when the connection ended, or what came is no reply within the limits
   */
  Object next() throws IOException, RedisException {
    bytesLeft = REPLY_BYTES_MAX;
    partsLeft = PARTS_MAX;
    return part(0);
  }

  private Object part(int depth) throws IOException, RedisException {
    if (--partsLeft < 0 || depth > DEPTH_MAX) {
      throw new IOException("a reply has too many parts");
    }
    int type = one();
    return switch (type) {
      case '+' -> line(bytesLeft);
      case ':' -> number();
      case '$' -> text();
      case '*' -> list(depth);
      case '-' -> throw error(depth);
      default -> throw new IOException("what came is no reply of a Redis");
    };
  }

  private RedisException error(int depth) throws IOException {
    if (depth > 0) {
      throw new IOException("a part of a reply is an error");
    }
    return new RedisException(line(bytesLeft));
  }

  private List<Object> list(int depth) throws IOException, RedisException {
    long parts = number();
    if (parts < 0) {
      return null;
    }
    List<Object> list = new ArrayList<>();
    for (long i = 0; i < parts; i++) {
      list.add(part(depth + 1));
    }
    return list;
  }

  private String text() throws IOException {
    long length = number();
    if (length < 0) {
      return null;
    }
    if (length > bytesLeft) {
      throw new IOException("a reply is too long");
    }
    byte[] bytes = in.readNBytes((int) length);
    bytesLeft -= (int) length;
    if (bytes.length < length || !line(0).isEmpty()) {
      throw new IOException("a reply was cut off");
    }
    return new String(bytes, UTF_8);
  }

  private long number() throws IOException {
    try {
      return Long.parseLong(line(NUMBER_BYTES_MAX));
    } catch (NumberFormatException e) {
      throw new IOException("a number of a reply is none", e);
    }
  }

  private String line(int bytesMax) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int read = one(); read != '\r'; read = one()) {
      if (line.size() >= bytesMax) {
        throw new IOException("a line of a reply is too long");
      }
      line.write(read);
    }
    if (one() != '\n') {
      throw new IOException("a line of a reply does not end");
    }
    return line.toString(UTF_8);
  }

  private int one() throws IOException {
    int read = in.read();
    if (read < 0 || --bytesLeft < 0) {
      throw new IOException(read < 0 ? "the connection ended" : "a reply is too long");
    }
    return read;
  }
}

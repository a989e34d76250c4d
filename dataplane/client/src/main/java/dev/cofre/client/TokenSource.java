package dev.cofre.client;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * Where the bearer token comes from. A token never stands in a message or in {@link #toString()}.
 *
 * <p>Thread-safe.
 */
public final class TokenSource {
  private static final long REREAD_AFTER_NS = TimeUnit.SECONDS.toNanos(5);
  private static final int TOKEN_BYTES_MAX = 16 * 1024;
  private static final String BEARER = "Bearer ";

  private final String description;
  private final Callable<char[]> source;
  private volatile Header header;

  private record Header(String value, long readAtNs) {
    @Override
    public String toString() {
      return "Header";
    }
  }

  private TokenSource(String description, Callable<char[]> source) {
    this.description = description;
    this.source = source;
  }

  /**
   * The token that stands in {@code file}, alone or on its first line. The file is read when a call
   * needs it and again when 5 seconds have passed, so that a token may be renewed under a running
   * client.
   */
  public static TokenSource file(Path file) {
    return new TokenSource("file " + file, () -> readFile(file));
  }

  /** A fixed token, of which a copy is kept. */
  public static TokenSource of(char[] token) {
    char[] copy = token.clone();
    return new TokenSource("memory", copy::clone);
  }

  /**
   * What {@code supplier} gives, asked when a call needs it and again when 5 seconds have passed.
   * It may block; the array is overwritten.
   */
  public static TokenSource supplier(Callable<char[]> supplier) {
    return new TokenSource("a supplier", supplier);
  }

  /** A copy of the token's bytes, for the caller to overwrite; never read on an event loop. */
  public Future<byte[]> bytes(Vertx vertx) {
    return authorization(vertx)
        .map(value -> value.substring(BEARER.length()).getBytes(StandardCharsets.US_ASCII));
  }

  /** The value of the Authorization header; the source is never read on an event loop. */
  Future<String> authorization(Vertx vertx) {
    Header known = header;
    if (known != null && System.nanoTime() - known.readAtNs() < REREAD_AFTER_NS) {
      return Future.succeededFuture(known.value());
    }
    return vertx.executeBlocking(this::read, false);
  }

  private String read() {
    char[] token = null;
    try {
      token = source.call();
      String value = BEARER + checked(token);
      header = new Header(value, System.nanoTime());
      return value;
    } catch (CofreException e) {
      throw e;
    } catch (Exception e) {
      throw new CofreException(
          CofreException.Kind.LOCAL, "the token cannot be read from " + description, e);
    } finally {
      if (token != null) {
        Arrays.fill(token, '\0');
      }
    }
  }

  private String checked(char[] token) {
    boolean valid = token.length > 0;
    for (char c : token) {
      valid &= c > 0x20 && c < 0x7f;
    }
    if (!valid) {
      throw new CofreException(
          CofreException.Kind.LOCAL,
          "the token from " + description + " must be one line of visible ASCII characters");
    }
    return new String(token);
  }

  private static char[] readFile(Path file) throws IOException {
    if (Files.size(file) > TOKEN_BYTES_MAX) {
      throw new IOException("the file is larger than " + TOKEN_BYTES_MAX + " bytes");
    }
    byte[] bytes = Files.readAllBytes(file);
    int length = 0;
    while (length < bytes.length && bytes[length] != '\n' && bytes[length] != '\r') {
      length++;
    }
    char[] token = new char[length];
    StandardCharsets.ISO_8859_1.decode(ByteBuffer.wrap(bytes, 0, length)).get(token);
    Arrays.fill(bytes, (byte) 0);
    return token;
  }

  /** Names the source, never the token. */
  @Override
  public String toString() {
    return "TokenSource[" + description + "]";
  }
}
